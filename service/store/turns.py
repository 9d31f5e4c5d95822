"""Turns: the writers of one SQLite file stand in line, within a process at a lock and among processes at a lock file.

The kernel wakes the next one at once, where SQLite itself would poll with growing pauses and let a late writer starve. Who has
just written would still be first again, as it need not be woken: so there are two locks. Whoever is next holds the door, waiting
for the one inside, and nobody gets in past it.
"""

import fcntl
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic

from sqlalchemy.exc import OperationalError


class Turns:
    """The line of one process. Its first stands in the line of all processes; should one of them hang in its turn, the others
    in the line of this process give up when their patience ends."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._door = path.with_name(f"{path.name}-next")
        self._line, self._next = threading.Lock(), threading.Lock()

    @contextmanager
    def turn(self, patience: float) -> Iterator[None]:
        """A block in which nobody else writes. Raises OperationalError after `patience` seconds in line, at once for 0."""
        self._stand_in_line(patience)
        try:
            # Opened anew each time: every fork would share the lock of a file that stayed open.
            with self._path.open("a") as file:
                try:
                    with self._door.open("a") as door:
                        # No wait in the kernel has an end, and a thread that waits in our place would make each change of turns dear.
                        how = fcntl.LOCK_EX | (0 if patience else fcntl.LOCK_NB)
                        fcntl.flock(door, how)
                        fcntl.flock(file, how)
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


def _busy(patience: float) -> OperationalError:
    cause = sqlite3.OperationalError(f"database is locked: another process has been writing for {patience:g} s")
    return OperationalError("BEGIN IMMEDIATE", None, cause)
