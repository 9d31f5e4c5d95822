"""Lifelines: a child dies with its parent, also where the parent is killed without a word."""

import ctypes
import os
import signal
import sys

# From linux/prctl.h.
_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36


def die_with_parent(parent: int) -> None:
    """Ask the kernel to kill this process as soon as its parent is gone; `parent` is who that should be."""
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        # It went between the fork and the question.
        os._exit(1)


def adopt_orphans() -> None:
    """Become the parent of grandchildren whose own parent died, so that they are reaped here and leave no zombie."""
    _prctl(_PR_SET_CHILD_SUBREAPER, 1)


def _prctl(option: int, argument: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(option, argument, 0, 0, 0)
