"""Crash points: named places where a test can kill the process, as a power cut would. Outside of tests they do nothing.

`GREENROOM_CRASH_AT=posted:/some/file` makes the first process that reaches the point create the file and kill itself with
SIGKILL. The file exists then, so the process that replaces it is not killed.
"""

import os
import signal
from enum import StrEnum
from functools import cache

_VARIABLE = "GREENROOM_CRASH_AT"


class CrashPoint(StrEnum):
    """The moments between two steps, in the order of a comment's life."""

    INSERTED = "inserted"
    ACCEPTED = "accepted"
    CLAIMED = "claimed"
    CHECKED = "checked"
    SETTLED = "settled"
    ANNOUNCED = "announced"
    FANNED_OUT = "fanned_out"
    LEASED = "leased"
    POSTED = "posted"
    RECORDED = "recorded"
    BUNDLED = "bundled"
    SHELVED = "shelved"
    MOVED = "moved"
    REWRITTEN = "rewritten"


def crash_point(point: CrashPoint) -> None:
    """Kill this process if this is the requested point and no process has died at it before."""
    asked, mark = _requested()
    if asked != point:
        return
    try:
        os.close(os.open(mark, os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        return
    os.kill(os.getpid(), signal.SIGKILL)


@cache
def _requested() -> tuple[str, str]:
    asked, _, mark = os.environ.get(_VARIABLE, "").partition(":")
    return asked, mark
