"""Turns: the writers of one SQLite file stand in line, within a process at a lock and among processes at a lock file.

The kernel wakes the next one at once, where SQLite itself would poll with growing pauses and let a late writer starve.
"""

import fcntl
import sqlite3
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future
from concurrent.futures import TimeoutError as TooLate
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from sqlalchemy.exc import OperationalError


class Turns:
    """The line of one process. Nobody waits beyond their patience, also where another process hangs in its turn."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._line = threading.Lock()
        #: Stands in line for a writer that gave up; until it is through, nobody else need try.
        self._left_behind: threading.Thread | None = None

    @contextmanager
    def turn(self, patience: float) -> Iterator[None]:
        """A block in which nobody else writes. Raises OperationalError after `patience` seconds, at once for 0."""
        until = time.monotonic() + patience
        if not self._line.acquire(timeout=patience):
            raise _busy(patience)
        try:
            file = self._locked(until)
            if file is None:
                raise _busy(patience)
            with file:
                yield
        finally:
            self._line.release()

    def _locked(self, until: float) -> IO[str] | None:
        """The lock file, locked until it is closed; None where that took too long."""
        if self._left_behind is not None:
            self._left_behind.join(_left(until))
            if self._left_behind.is_alive():
                return None
            self._left_behind = None
        # Opened anew each time: every fork would share the lock of a file that stayed open.
        file = self._path.open("a")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return self._locked_in_time(file, until)
        return file

    def _locked_in_time(self, file: IO[str], until: float) -> IO[str] | None:
        """Wait in a thread, since this wait itself knows no end."""
        if not _left(until):
            file.close()
            return None
        got: Future[IO[str]] = Future()
        waiting = threading.Thread(target=_lock, args=(file, got), name="turn", daemon=True)
        waiting.start()
        try:
            return got.result(_left(until))
        except TooLate:
            if not got.cancel():
                return got.result()
            self._left_behind = waiting
            return None


def _lock(file: IO[str], got: "Future[IO[str]]") -> None:
    fcntl.flock(file, fcntl.LOCK_EX)
    if got.set_running_or_notify_cancel():
        got.set_result(file)
    else:
        file.close()


def _left(until: float) -> float:
    return max(0.0, until - time.monotonic())


def _busy(patience: float) -> OperationalError:
    cause = sqlite3.OperationalError(f"database is locked: another process has been writing for {patience:g} s")
    return OperationalError("BEGIN IMMEDIATE", None, cause)
