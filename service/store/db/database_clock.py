"""The time by which comments are dated: that of the database, if this machine's clock is off."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, text

#: Seconds after which the two clocks are compared again.
COMPARE_AFTER = 30.0
#: A difference up to this is left alone: it is smaller than what anybody notices, and partly the time of the query.
TOLERATED = timedelta(seconds=2)


def _local() -> datetime:
    return datetime.now(UTC)


class DatabaseClock:
    """The time of PostgreSQL's clock. A web process whose clock is hours ahead would else date comments in the future, where they
    stay newest for hours. SQLite has no clock of its own."""

    def __init__(self, local: Callable[[], datetime] = _local) -> None:
        self._local = local
        self._offset = timedelta()
        self._compare_at = 0.0

    def now(self, connection: Connection) -> datetime:
        """The time. Asks the database once every `COMPARE_AFTER` seconds."""
        if connection.dialect.name != "sqlite" and time.monotonic() >= self._compare_at:
            self._offset = self._difference(connection)
            self._compare_at = time.monotonic() + COMPARE_AFTER
        return self._local() + self._offset

    def _difference(self, connection: Connection) -> timedelta:
        there: datetime = connection.execute(text("SELECT clock_timestamp()")).scalar_one()
        difference = there - self._local()
        return difference if abs(difference) > TOLERATED else timedelta()
