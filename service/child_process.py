"""Ends child processes with their parent, even if the parent gets SIGKILL (Linux prctl)."""

import ctypes
import os
import signal
import sys

# From linux/prctl.h.
_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36


def die_with_parent(parent: int) -> None:
    """Ask the kernel to kill this process when its parent dies. `parent` is the expected parent's process id."""
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        # A race: the parent died between fork() and prctl().
        os._exit(1)


def adopt_orphans() -> None:
    """Become the parent of orphaned grandchildren (subreaper), so that they are reaped here and leave no zombies."""
    _prctl(_PR_SET_CHILD_SUBREAPER, 1)


def _prctl(option: int, argument: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(option, argument, 0, 0, 0)
