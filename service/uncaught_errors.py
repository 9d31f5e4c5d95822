"""Turns uncaught errors, and text that libraries print to standard error, into lines of the log."""

import io
import logging
import sys
import threading
import warnings
from typing import TextIO

log = logging.getLogger("greenroom.uncaught")


def log_uncaught() -> None:
    """From now on an error that ends this process, a thread or a finalizer is logged, and its message is not printed."""
    sys.excepthook = lambda kind, error, trace: log.critical("uncaught", exc_info=(kind, error, trace))
    threading.excepthook = _of_thread
    sys.unraisablehook = _unraisable
    warnings.showwarning = _warned


def log_stderr() -> None:
    """From now on what Python code of this process prints to standard error leaves only a note in the log: it may be a traceback.

    What the interpreter and C libraries write when they crash still goes there.
    """
    sys.stderr = _Noted(sys.stderr)


class _Noted(io.TextIOBase):
    """Notes that something was printed: which error was being handled, once for each, and no word of it."""

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
