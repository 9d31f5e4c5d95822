"""Locks that keep two commands from writing the same archive at once. Each is tried once, and gone when its process is."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import func, select, text

from service.store.db.engine import Database

#: The first key of an advisory lock on PostgreSQL; the second is made of the address of the archive.
_LOCK = 1_933_201


@contextmanager
def lock_file(path: Path) -> Iterator[bool]:
    """A lock on this machine. False if another process has it."""
    with path.open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


@contextmanager
def lock_in_database(database: Database, address: str) -> Iterator[bool]:
    """A lock for all machines that use this database: object storage has no lock that every server knows. SQLite is used by one
    machine only, so a file beside it is enough."""
    if database.on_sqlite:
        with lock_file(Path(f"{database.engine.url.database}-archive")) as is_ours:
            yield is_ours
        return
    with database.writing() as session:
        session.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
        yield bool(session.scalar(select(func.pg_try_advisory_xact_lock(_LOCK, func.hashtext(address)))))
