"""Turns uncaught errors, and text that libraries print to stderr, into log lines."""

import io
import logging
import sys
import threading
import warnings
from typing import TextIO

log = logging.getLogger("greenroom.uncaught")


def log_uncaught() -> None:
    """From now on, log uncaught errors of this process, its threads and finalizers. Their messages are not printed."""
    sys.excepthook = lambda kind, error, trace: log.critical("uncaught", exc_info=(kind, error, trace))
    threading.excepthook = _of_thread
    sys.unraisablehook = _unraisable
    warnings.showwarning = _warned


def log_stderr() -> None:
    """From now on, text that Python code prints to stderr is only noted in the log, not printed: it may be a traceback with data.

    The interpreter and C libraries still write to stderr when they crash.
    """
    sys.stderr = _Noted(sys.stderr)


class _Noted(io.TextIOBase):
    """Logs that text was printed, and which error was being handled, once per error. The text itself is not logged."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._last = 0

    def fileno(self) -> int:
        return self._stream.fileno()

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        error = sys.exception()
        if text.strip() and (error is None or id(error) != self._last):
            log.warning("stderr_printed", extra={"characters": len(text)}, exc_info=error)
        self._last = id(error)
        return len(text)


def _of_thread(given: threading.ExceptHookArgs) -> None:
    if given.exc_type is not SystemExit and given.exc_value:
        thread = given.thread.name if given.thread else ""
        log.error("uncaught_in_thread", extra={"in": thread}, exc_info=given.exc_value)


def _unraisable(given: "sys.UnraisableHookArgs") -> None:
    if given.exc_value:
        log.error("unraisable", exc_info=given.exc_value)


def _warned(
    message: Warning | str,  # noqa: ARG001 - it may quote a comment
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,  # noqa: ARG001
    line: str | None = None,  # noqa: ARG001
) -> None:
    log.warning("python_warning", extra={"category": category.__name__, "place": f"{filename}:{lineno}"})
