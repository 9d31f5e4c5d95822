"""Turns: the writers of one SQLite file stand in line, within a process at a lock and among processes at a lock file.

The kernel wakes the next one at once, where SQLite itself would poll with growing pauses and let a late writer starve. Who has
just written would still be first again, as it need not be woken: so there are two locks. Whoever is next holds the door, waiting
for the one inside, and nobody gets in past it.
"""

import ctypes
import fcntl
import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic

from sqlalchemy.exc import OperationalError

#: The same calls as Python's own, but without letting other threads run meanwhile: none of them takes longer than a microsecond,
#: and getting one's own turn back among many threads takes a thousand.
_C = ctypes.PyDLL(None, use_errno=True)


class FairFileLock:
    """The line of one process. Its first stands in the line of all processes; should one of them hang in its turn, the others
    in the line of this process give up when their patience ends."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._door = path.with_name(f"{path.name}-next")
        self._line, self._next = threading.Lock(), threading.Lock()

    @contextmanager
    def hold(self, patience: float) -> Iterator[None]:
        """A block in which nobody else writes. Raises OperationalError after `patience` seconds in line, at once for 0."""
        self._stand_in_line(patience)
        try:
            with _opened(self._path) as file:
                try:
                    with _opened(self._door) as door:
                        _lock(door, wait=patience > 0)
                        _lock(file, wait=patience > 0)
                except BlockingIOError:
                    raise _busy(patience) from None
                yield
        finally:
            self._line.release()

    def _stand_in_line(self, patience: float) -> None:
        until = monotonic() + patience
        if not self._next.acquire(timeout=patience):
            raise _busy(patience)
        try:
            if not self._line.acquire(timeout=max(0.0, until - monotonic())):
                raise _busy(patience)
        finally:
            self._next.release()


@contextmanager
def _opened(path: Path) -> Iterator[int]:
    """Opened anew each time: every fork would share the lock of a file that stayed open."""
    file = _C.open(bytes(path), os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o666)
    if file < 0:
        raise OSError(ctypes.get_errno(), "the lock file cannot be opened", str(path))
    try:
        yield file
    finally:
        _C.close(file)


def _lock(file: int, *, wait: bool) -> None:
    """Raises BlockingIOError where another has it and nobody wants to wait. No wait in the kernel has an end, and a thread that
    waits in our place would make each change of turns dear."""
    if _C.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB) != 0:
        fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))


def _busy(patience: float) -> OperationalError:
    cause = sqlite3.OperationalError(f"database is locked: another process has been writing for {patience:g} s")
    return OperationalError("BEGIN IMMEDIATE", None, cause)
