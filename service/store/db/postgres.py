"""The engine for PostgreSQL. Every wait has a timeout."""

from datetime import datetime
from time import monotonic
from typing import Any, TypeVar, cast

import psycopg
from psycopg.abc import PQGen
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.exc import InvalidatePoolError

from service.clock import CLOCK

#: A connection that was unused for more than this many seconds is pinged at checkout. Until then it is assumed to be alive.
MAX_SILENCE = 1.0
_Answer = TypeVar("_Answer")


class _TimedConnection(psycopg.Connection[Any]):
    """A connection that is closed if one response takes too long. `statement_timeout` is not enough: the server enforces it, and
    the server itself may hang."""

    patience: float | None = None

    def wait(self, gen: PQGen[_Answer], interval: float = 0.1, timeout: float | None = None) -> _Answer:
        try:
            return super().wait(gen, interval, timeout or self.patience)
        except psycopg.errors._WaitTimeout:
            self.pgconn.finish()
            raise psycopg.OperationalError(f"the server has not answered for {timeout or self.patience:g} s") from None


def postgres_engine(
    url: str, *, connections: int, prepared: bool, citus: bool, keeps_time: bool, patience: float | None
) -> Engine:
    """An engine whose statements, lock waits and idle transactions time out on the server. `patience` is the client's own timeout
    for one response, in seconds; None waits without a limit. `keeps_time`: compare the shared clock with this server's.

    Half of the connections stay open. The others are closed when they are returned, so that a crowd that has gone keeps no slots of
    the server.
    """
    kept = max(1, connections // 2)
    # JIT compilation makes none of our queries faster. On today's disks a random read costs little more than a sequential read,
    # so random_page_cost is low.
    options = "-c jit=off -c random_page_cost=1.1 -c statement_timeout=5000 -c lock_timeout=3000 -c idle_in_transaction_session_timeout=15000 -c timezone=UTC"
    if citus:
        # Over one connection for each node. Otherwise Citus refuses a transaction that reads on all nodes and then changes a table
        # that all nodes have.
        options += " -c citus.multi_shard_modify_mode=sequential"
    engine = create_engine(
        url,
        pool_size=kept,
        max_overflow=connections - kept,
        pool_timeout=5,
        hide_parameters=True,
        connect_args={"connect_timeout": 2, "options": options},
    )

    @event.listens_for(engine, "checkin")
    def note(_connection: Any, record: Any) -> None:
        record.info["used"] = monotonic()

    @event.listens_for(engine, "checkout")
    def ask(connection: Any, record: Any, _proxy: Any) -> None:
        # The ping asks for the time, so it also keeps the shared clock right.
        if (keeps_time and CLOCK.is_due) or monotonic() - record.info.get("used", monotonic()) > MAX_SILENCE:
            try:
                CLOCK.compare(lambda: _time(connection)) if keeps_time else _time(connection)
            except psycopg.Error as error:
                raise InvalidatePoolError from error

    @event.listens_for(engine, "do_connect")
    def connect(_dialect: Any, _record: Any, arguments: Any, named: Any) -> _TimedConnection:
        connection = _TimedConnection.connect(*arguments, **named)
        connection.patience = patience
        if not prepared:
            connection.prepare_threshold = None
        return connection

    return engine


def _time(connection: psycopg.Connection[Any]) -> datetime:
    """The server's time, asked outside any transaction."""
    before, connection.autocommit = connection.autocommit, True
    try:
        return cast("datetime", connection.execute("SELECT clock_timestamp()").fetchall()[0][0])
    finally:
        if not connection.closed:
            connection.autocommit = before
