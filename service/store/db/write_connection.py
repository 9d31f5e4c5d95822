"""A lane: the connection of one thread that writes again and again. It stays checked out while there is work, and has no session."""

from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Any

from sqlalchemy import Connection

from service.store.db.engine import Database

#: Seconds without work after which a lane gives its connection back.
IDLE_SECONDS = 1.0


class WriteConnection:
    """After a pause the connection goes through the pool again, which asks whether it still lives."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._connection: Connection | None = None
        self._until = 0.0

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """A connection in which each statement is a transaction: on PostgreSQL that saves two round trips. On SQLite its block is
        one: committed at its end, or nothing of it happened."""
        with self._database.turn():
            connection = self._kept()
            try:
                with connection.begin():
                    yield connection
            except BaseException:
                self.close()
                raise
            self._until = monotonic() + IDLE_SECONDS

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _kept(self) -> Connection:
        if monotonic() > self._until:
            self.close()
        if self._connection is None:
            how: dict[str, Any] = {"greenroom_write": True} if self._database.on_sqlite else {"isolation_level": "AUTOCOMMIT"}
            self._connection = self._database.engine.connect().execution_options(**how)
        return self._connection
