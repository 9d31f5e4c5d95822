"""A fair write lock for one SQLite file: threads take turns at a lock in memory, and processes at a lock file.

With a lock file, the kernel wakes the next writer at once. SQLite's own lock would poll with growing pauses, so a late writer
could starve. With only one lock, a writer that releases it would take it again at once, because that writer is already running.
So there are two locks. The second lock reserves the next turn: its holder waits for the current writer, and no other writer can
overtake it.
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

#: Calls to the C library that do not release the GIL (PyDLL). `os.open` and `fcntl.flock` release it. A call takes at most one
#: microsecond, but among busy threads it takes a thousand microseconds to get the GIL back. Measured with two processes, each
#: with four writers and two computing threads: 3,808 turns per second with PyDLL, 2,531 with `os.open` and `fcntl.flock` (medians
#: of three interleaved rounds).
_C = ctypes.PyDLL(None, use_errno=True)


class FairFileLock:
    """The write lock, as one process uses it. One thread at a time waits for the lock file, without a timeout; the other threads
    wait for a lock in memory. If another process hangs while it holds the lock file, the threads that wait in memory give up
    after their `patience`."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._door = path.with_name(f"{path.name}-next")
        self._line, self._next = threading.Lock(), threading.Lock()

    @contextmanager
    def hold(self, patience: float) -> Iterator[None]:
        """A block in which no other thread or process writes. Raises OperationalError after a wait of `patience` seconds; with 0
        it does not wait."""
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
    """The lock file is opened for each turn. If it stayed open, a forked process would share its lock."""
    file = _C.open(bytes(path), os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o666)
    if file < 0:
        raise OSError(ctypes.get_errno(), "the lock file cannot be opened", str(path))
    try:
        yield file
    finally:
        _C.close(file)


def _lock(file: int, *, wait: bool) -> None:
    """Take the exclusive lock of a file. Raises BlockingIOError if it is taken and `wait` is false. flock() has no timeout, and a
    helper thread for each wait would be slow."""
    if _C.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB) != 0:
        fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))


def _busy(patience: float) -> OperationalError:
    cause = sqlite3.OperationalError(f"database is locked: another process has been writing for {patience:g} s")
    return OperationalError("BEGIN IMMEDIATE", None, cause)
