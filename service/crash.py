"""Crash points: named places where a test lets the process die as in a power cut. Everywhere else they do nothing.

`GREENROOM_CRASH_AT=posted:/some/file` kills the process with SIGKILL the first time that it comes by, and writes the file, so
that the process which takes its place lives.
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
    """Die here, where this is the point that was asked for and nobody has died here before."""
    asked, mark = _asked()
    if asked != point:
        return
    try:
        os.close(os.open(mark, os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        return
    os.kill(os.getpid(), signal.SIGKILL)


@cache
def _asked() -> tuple[str, str]:
    asked, _, mark = os.environ.get(_VARIABLE, "").partition(":")
    return asked, mark
