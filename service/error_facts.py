"""What a log may hold of an error: its type, its code, and the lines that it passed. Never its message, which may quote a comment."""

import traceback
from pathlib import Path
from types import TracebackType
from typing import Any

from service.domain.errors import Refusal

_ROOT = Path(__file__).parent.parent
_OURS = tuple(f"{_ROOT / room}/" for room in ("service", "workers"))


def error_facts(error: BaseException, trace: TracebackType | None = None) -> dict[str, Any]:
    """The type of an error, the type of its cause, its code, and where it passed our code and where it began."""
    return _kind(error) | {"passed": _passed(trace or error.__traceback__)}


def short_error_facts(error: BaseException) -> dict[str, Any]:
    """The same for what may happen with every request: of the lines only the innermost of ours."""
    passed = [line for line in _passed(error.__traceback__) if line.startswith(_OURS)]
    return _kind(error) | {"place": passed[-1] if passed else ""}


def _kind(error: BaseException) -> dict[str, Any]:
    facts: dict[str, Any] = {"error": type(error).__name__}
    if isinstance(error, Refusal):
        facts["code"] = error.code.value
    if cause := error.__cause__:
        facts["cause"] = type(cause).__name__
    # What the driver raised stands behind SQLAlchemy's error; its code is a word of the standard or of SQLite.
    driver = getattr(error, "orig", None) or error
    if state := getattr(driver, "sqlstate", None) or getattr(driver, "sqlite_errorname", None):
        facts["state"] = str(state)
    return facts


def _passed(trace: TracebackType | None) -> list[str]:
    """Our lines, and the innermost one: those of the libraries between them say nothing that these do not."""
    frames = [(frame.f_code, line) for frame, line in traceback.walk_tb(trace)]
    return [
        f"{code.co_filename}:{line} {code.co_name}"
        for n, (code, line) in enumerate(frames, 1)
        if n == len(frames) or code.co_filename.startswith(_OURS)
    ]
