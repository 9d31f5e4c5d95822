"""A connection that one writing thread keeps between batches, instead of returning it to the pool. It has no ORM session."""

from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Any

from sqlalchemy import Connection

from service.store.db.engine import Database

#: After this many seconds without work, the next batch takes a connection from the pool again.
IDLE_SECONDS = 1.0


class WriteConnection:
    """The connection of one thread, kept between batches. After a pause the thread takes one from the pool, which checks that it
    works."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._connection: Connection | None = None
        self._until = 0.0

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """The connection for one batch. On PostgreSQL it is in autocommit mode: each statement is a transaction, which saves two
        round trips. On SQLite the block is one transaction: committed at its end, or rolled back if it raises."""
        with self._database.turn():
            connection = self._checked_out()
            try:
                with connection.begin():
                    yield connection
            # Also after an interrupt: a connection in an unknown state must not serve the next batch.
            except BaseException:
                self.close()
                raise
            self._until = monotonic() + IDLE_SECONDS

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _checked_out(self) -> Connection:
        if monotonic() > self._until:
            self.close()
        if self._connection is None:
            options: dict[str, Any] = {"greenroom_write": True} if self._database.on_sqlite else {"isolation_level": "AUTOCOMMIT"}
            self._connection = self._database.engine.connect().execution_options(**options)
        return self._connection
