"""The engine and its sessions: one database, prepared the same way in every process."""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import cached_property
from pathlib import Path
from typing import Any, cast

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session

from service.domain.audit_events import AuditActor
from service.store.db.sqlite_write_lock import FairFileLock

#: Milliseconds that SQLite waits for another writer before it gives up.
BUSY_MS = 5000
#: Seconds that a writer on SQLite stands in line before it gives up.
PATIENCE = 10.0
#: Seconds that a process which serves somebody waits for one answer of PostgreSQL: longer than PostgreSQL itself lets a statement run.
ANSWER_PATIENCE = 6.0
_OPTIONS = "SELECT unnest(reloptions) FROM pg_class WHERE oid = to_regclass(%s)"


class Database:
    """Where everything is kept. Build one a process, after any fork; `reading()` and `writing()` hand out sessions.

    On SQLite writers stand in line (see `Turns`). A PostgreSQL that hangs, or is cut off without a word, is given up after `patience`
    seconds; None waits for as long as it takes. `hand` says in whose name this process writes at this moment.
    """

    def __init__(
        self, url: str, *, pool: int = 5, patience: float | None = None, hand: Callable[[], AuditActor] = AuditActor
    ) -> None:
        self.url = url
        self._hand = hand
        self.on_sqlite = url.startswith("sqlite")
        self._pool = pool
        self._patience = patience

    @cached_property
    def engine(self) -> Engine:
        if self.on_sqlite:
            return _sqlite_engine(self.url)
        # Where SQLite serves, the driver of PostgreSQL is not worth its memory.
        from service.store.db.postgres import postgres_engine

        return postgres_engine(self.url, pool=self._pool, patience=self._patience)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session for questions. Whatever it does is rolled back."""
        with Session(self.engine, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def reading_quickly(self) -> Iterator[Session]:
        """A session for questions each of which may see its own moment: on PostgreSQL that saves two round trips."""
        with Session(self._each, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def writing(self, *, patience: float = PATIENCE, lightly: bool = False) -> Iterator[Session]:
        """A session whose block is one transaction: committed at its end, or nothing of it happened.

        On SQLite it raises OperationalError where another writer takes longer than `patience` seconds. `lightly`: there it does not
        wait for the disk. What comes after it does, for both; only if the machine falls before that, nothing of it happened.
        """
        with self.turn(patience), self._named() as session:
            session.connection(execution_options={"greenroom_write": True, "greenroom_lightly": lightly})
            yield session
            session.commit()

    @contextmanager
    def leasing(self) -> Iterator[Session]:
        """A session for a lease, which binds nobody once a crash has forgotten it: on SQLite it is written lightly, on PostgreSQL each
        statement is a transaction, which saves two round trips."""
        with self.writing(lightly=True) if self.on_sqlite else self.reading_quickly() as session:
            yield session

    def wipe(self) -> None:
        """Let nothing of what was erased stay in the write-ahead log of SQLite."""
        if self.on_sqlite:
            with self.turn(), self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")

    def reuse(self, tables: Sequence[str]) -> int:
        """Let new rows have the room of these tables' deleted ones, without locking anybody out. Returns the bytes that are free
        in the file of SQLite, which does not shrink by itself; PostgreSQL does not say.
        """
        if self.on_sqlite:
            self.wipe()
            with self.engine.connect() as connection:
                size, free = (connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("page_size", "freelist_count"))
            return int(size or 0) * int(free or 0)
        with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("SET statement_timeout = 0")
            for name in tables:
                connection.exec_driver_sql(f'VACUUM (ANALYZE) "{name}"')
            connection.invalidate()
        return 0

    def checkpoint(self, tables: Sequence[str]) -> list[str]:
        """Give the room of deleted rows back to the disk. Nobody writes meanwhile, and it takes as much room again while it runs.

        Returns what this account may not do, as statements for one that may.
        """
        if not self.on_sqlite:
            return self.rewrite(tables)
        with self.turn(), self.engine.connect() as connection:
            # Through the driver, because it refuses to run in a transaction, and whatever we say begins one.
            cast("sqlite3.Connection", connection.connection.driver_connection).execute("VACUUM")
        self.wipe()
        return []

    def rewrite(self, tables: Sequence[str]) -> list[str]:
        """Write these tables of PostgreSQL anew, without the rows that are dead, and end its present log segment.

        They are locked meanwhile. Returns what this account may not do, as statements for one that may.
        """
        refused: list[str] = []
        if self.on_sqlite:
            return refused
        with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("SET statement_timeout = 0")
            for name in tables:
                self._pack(connection, name)
            for statement in ("SELECT pg_switch_wal()", "CHECKPOINT"):
                try:
                    connection.exec_driver_sql(statement)
                except ProgrammingError:
                    refused.append(statement)
            connection.invalidate()
        return refused

    @staticmethod
    def _pack(connection: Connection, name: str) -> None:
        """Room that is kept free beside new rows is of no use beside old ones."""
        kept = [option for option in connection.exec_driver_sql(_OPTIONS, (name,)).scalars() if option.startswith("fillfactor")]
        if kept:
            connection.exec_driver_sql(f'ALTER TABLE "{name}" RESET (fillfactor)')
        try:
            connection.exec_driver_sql(f'VACUUM (FULL) "{name}"')
        finally:
            if kept:
                connection.exec_driver_sql(f'ALTER TABLE "{name}" SET ({kept[0]})')

    def close(self) -> None:
        if "engine" in self.__dict__:
            self.engine.dispose()

    @cached_property
    def _each(self) -> Engine:
        """The engine whose statements are transactions of their own, made once: that costs as much as a question."""
        return self.engine if self.on_sqlite else self.engine.execution_options(isolation_level="AUTOCOMMIT")

    def _named(self) -> Session:
        return Session(self.engine, expire_on_commit=False, info={"hand": self._hand()})

    def turn(self, patience: float = PATIENCE) -> AbstractContextManager[None]:
        """The right to write on SQLite; elsewhere everybody has it."""
        return self._turns.hold(patience) if self._turns else nullcontext()

    @cached_property
    def _turns(self) -> FairFileLock | None:
        name = self.engine.url.database
        return FairFileLock(Path(name + ".lock")) if self.on_sqlite and name and name != ":memory:" else None


def _sqlite_engine(url: str) -> Engine:
    engine = create_engine(url, connect_args={"timeout": BUSY_MS / 1000}, pool_size=40, max_overflow=40, hide_parameters=True)

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        # The driver would begin transactions at its own moments; ours begin where we say.
        connection.isolation_level = None
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            f"busy_timeout={BUSY_MS}",
            "temp_store=MEMORY",
            # What is erased is overwritten, not only forgotten.
            "secure_delete=ON",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        options = connection.get_execution_options()
        write, durable = options.get("greenroom_write"), "NORMAL" if options.get("greenroom_lightly") else "FULL"
        # Said between transactions only, and it stays with the connection.
        if write and connection.info.get("durable", "FULL") != durable:
            connection.exec_driver_sql(f"PRAGMA synchronous={durable}")
            connection.info["durable"] = durable
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")

    return engine
