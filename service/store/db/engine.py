"""The engine and its sessions: one database, prepared the same way in every process."""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from functools import cached_property
from pathlib import Path
from typing import Any, cast

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import ProgrammingError, SQLAlchemyError
from sqlalchemy.orm import Session

from service.config import Settings
from service.domain.audit_events import AuditActor
from service.domain.text.folded import fold
from service.store.db.by_site import BY_SITE
from service.store.db.folded import FOLD
from service.store.db.sqlite_write_lock import FairFileLock

#: Milliseconds that SQLite waits for another writer before it gives up.
BUSY_MS = 5000
#: Seconds that a writer on SQLite waits for the write lock before it gives up.
PATIENCE = 10.0
#: Seconds that a web process waits for one response of PostgreSQL: longer than `statement_timeout` (5 s).
ANSWER_PATIENCE = 6.0
_OPTIONS = "SELECT unnest(reloptions) FROM pg_class WHERE oid = to_regclass(%s)"


class Database:
    """The database. Build one per process, after any fork; `reading()` and `writing()` open sessions.

    On SQLite writers take turns (see `FairFileLock`). If PostgreSQL hangs, or the network drops silently, a call fails after
    `patience` seconds; with None it waits without a limit. `audit_actor` returns the actor for the audit log. `connections` (the
    most at a time), `prepared`, `citus` and `keeps_time` (whether processes go by its clock) are for PostgreSQL.
    """

    def __init__(
        self,
        url: str,
        *,
        connections: int = 10,
        prepared: bool = True,
        citus: bool = False,
        keeps_time: bool = True,
        patience: float | None = None,
        audit_actor: Callable[[], AuditActor] = AuditActor,
    ) -> None:
        self.url = url
        self._audit_actor = audit_actor
        self.on_sqlite = url.startswith("sqlite")
        self._connections, self._prepared, self._citus = connections, prepared, citus
        self._keeps_time = keeps_time
        self._patience = patience

    @classmethod
    def of(
        cls, settings: Settings, *, patience: float | None = None, audit_actor: Callable[[], AuditActor] = AuditActor
    ) -> "Database":
        """The database of these settings."""
        return cls(
            settings.database,
            connections=settings.database_connections,
            prepared=settings.prepared_statements,
            citus=settings.citus,
            patience=patience,
            audit_actor=audit_actor,
        )

    @cached_property
    def engine(self) -> Engine:
        if self.on_sqlite:
            return _sqlite_engine(self.url)
        # Imported only here: with SQLite, the PostgreSQL driver would only cost memory.
        from service.store.db.postgres import postgres_engine

        engine = postgres_engine(
            self.url,
            connections=self._connections,
            prepared=self._prepared,
            citus=self._citus,
            keeps_time=self._keeps_time,
            patience=self._patience,
        )
        return engine.execution_options(**{BY_SITE: True}) if self._citus else engine

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session for queries. It is never committed: any change is rolled back."""
        with Session(self.engine, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def reading_quickly(self) -> Iterator[Session]:
        """A session for queries that need not all see the same state of the database. On PostgreSQL the session is in autocommit
        mode, which saves two round trips."""
        with Session(self._each, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def writing(self, *, patience: float = PATIENCE, lightly: bool = False) -> Iterator[Session]:
        """A session whose block is one transaction: committed at the end of the block, or rolled back if it raises.

        On SQLite it raises OperationalError if another writer takes longer than `patience` seconds. `lightly` (SQLite only): the
        commit does not wait for the disk. The next normal commit writes both to the disk. This transaction is lost only if the
        machine crashes before that.
        """
        with self.turn(patience), self._named() as session:
            session.connection(execution_options={"greenroom_write": True, "greenroom_lightly": lightly})
            yield session
            session.commit()

    @contextmanager
    def leasing(self) -> Iterator[Session]:
        """A session for taking a lease. Losing a lease in a crash does no harm, so it is fast and not durable: SQLite writes it
        `lightly`, and PostgreSQL runs each statement as a transaction of its own, which saves two round trips."""
        with self.writing(lightly=True) if self.on_sqlite else self.reading_quickly() as session:
            yield session

    def compare_clocks(self) -> None:
        """Learn the time of PostgreSQL before anything is compared with it (see `service.clock`). If it cannot be reached now, the
        first connection does this."""
        if not self.on_sqlite:
            with suppress(SQLAlchemyError):
                self.engine.connect().close()

    def wipe(self) -> None:
        """Truncate SQLite's write-ahead log (WAL), so that no erased data stays in it."""
        if self.on_sqlite:
            with self.turn(), self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")

    def reuse(self, tables: Sequence[str]) -> int:
        """Make the space of deleted rows in these tables available to new rows. Other connections can read and write meanwhile.
        Returns the free bytes in the SQLite file, which does not shrink by itself; 0 on PostgreSQL, which does not report them.
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
        """Give the space of deleted rows back to the disk. While this runs, it blocks writers, and needs free disk space of the
        same size as the data.

        Returns the statements that this database account may not execute: an account with more rights has to execute them.
        """
        if not self.on_sqlite:
            return self.rewrite(tables)
        with self.turn(), self.engine.connect() as connection:
            # Through the driver: VACUUM refuses to run in a transaction, and every statement through SQLAlchemy begins one.
            cast("sqlite3.Connection", connection.connection.driver_connection).execute("VACUUM")
        self.wipe()
        return []

    def rewrite(self, tables: Sequence[str]) -> list[str]:
        """Rewrite these tables of PostgreSQL without their dead rows (VACUUM FULL), and end the current WAL segment.

        The tables are locked meanwhile. Returns the statements that this account may not execute: an account with more rights has
        to execute them.
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
        """Rewrite a table with full pages, then restore its fillfactor. The fillfactor leaves room for updates of new rows (HOT
        updates); old rows no longer change."""
        options = connection.exec_driver_sql(_OPTIONS, (name,)).scalars()
        fillfactor = [option for option in options if option.startswith("fillfactor")]
        if fillfactor:
            connection.exec_driver_sql(f'ALTER TABLE "{name}" RESET (fillfactor)')
        try:
            connection.exec_driver_sql(f'VACUUM (FULL) "{name}"')
        finally:
            if fillfactor:
                connection.exec_driver_sql(f'ALTER TABLE "{name}" SET ({fillfactor[0]})')

    def close(self) -> None:
        if "engine" in self.__dict__:
            self.engine.dispose()

    @cached_property
    def _each(self) -> Engine:
        """The engine in autocommit mode on PostgreSQL. Made once: making it costs as much as a query."""
        return self.engine if self.on_sqlite else self.engine.execution_options(isolation_level="AUTOCOMMIT")

    def _named(self) -> Session:
        return Session(self.engine, expire_on_commit=False, info={"audit_actor": self._audit_actor()})

    def turn(self, patience: float = PATIENCE) -> AbstractContextManager[None]:
        """Hold the write lock of SQLite; on PostgreSQL this does nothing."""
        return self._turns.hold(patience) if self._turns else nullcontext()

    @cached_property
    def _turns(self) -> FairFileLock | None:
        name = self.engine.url.database
        return FairFileLock(Path(name + ".lock")) if self.on_sqlite and name and name != ":memory:" else None


def _sqlite_engine(url: str) -> Engine:
    engine = create_engine(url, connect_args={"timeout": BUSY_MS / 1000}, pool_size=40, max_overflow=40, hide_parameters=True)

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        # Turn off the driver's implicit transactions; the "begin" listener below starts them.
        connection.isolation_level = None
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            f"busy_timeout={BUSY_MS}",
            "temp_store=MEMORY",
            # Overwrite deleted content with zeros.
            "secure_delete=ON",
        ):
            connection.execute(f"PRAGMA {pragma}")
        connection.create_function(FOLD, 1, fold, deterministic=True)

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        options = connection.get_execution_options()
        write, durable = options.get("greenroom_write"), "NORMAL" if options.get("greenroom_lightly") else "FULL"
        # This pragma can be set only between transactions. It stays set on the connection, so `info` remembers its value.
        if write and connection.info.get("durable", "FULL") != durable:
            connection.exec_driver_sql(f"PRAGMA synchronous={durable}")
            connection.info["durable"] = durable
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")

    return engine
