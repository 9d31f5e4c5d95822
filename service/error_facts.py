"""The facts of an error for the log: type, code and traceback lines. Never its message, which may quote a comment."""

import traceback
from pathlib import Path
from types import TracebackType
from typing import Any

from service.domain.errors import Refusal

_ROOT = Path(__file__).parent.parent
_OURS = tuple(f"{_ROOT / room}/" for room in ("service", "workers"))


def error_facts(error: BaseException, trace: TracebackType | None = None) -> dict[str, Any]:
    """The type of an error, the type of its cause, its code, and `passed`: the traceback lines in our code, and the innermost
    line."""
    return _kind(error) | {"passed": _passed(trace or error.__traceback__)}


def short_error_facts(error: BaseException) -> dict[str, Any]:
    """A short form for errors that may occur with every request: of the traceback only the innermost line of our code."""
    passed = [line for line in _passed(error.__traceback__) if line.startswith(_OURS)]
    return _kind(error) | {"place": passed[-1] if passed else ""}


def _kind(error: BaseException) -> dict[str, Any]:
    facts: dict[str, Any] = {"error": type(error).__name__}
    if isinstance(error, Refusal):
        facts["code"] = error.code.value
    if cause := error.__cause__:
        facts["cause"] = type(cause).__name__
    # SQLAlchemy wraps the driver's error. Its code is an SQLSTATE or a name of SQLite.
    driver = getattr(error, "orig", None) or error
    if state := getattr(driver, "sqlstate", None) or getattr(driver, "sqlite_errorname", None):
        facts["state"] = str(state)
    return facts


def _passed(trace: TracebackType | None) -> list[str]:
    """The traceback lines of our code and the innermost line. Lines of libraries in between are left out."""
    frames = [(frame.f_code, line) for frame, line in traceback.walk_tb(trace)]
    return [
        f"{code.co_filename}:{line} {code.co_name}"
        for n, (code, line) in enumerate(frames, 1)
        if n == len(frames) or code.co_filename.startswith(_OURS)
    ]
