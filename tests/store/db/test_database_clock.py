"""A web process with a wrong clock dates comments by the clock of the database."""

from datetime import UTC, datetime, timedelta

import pytest

from service.store.db.database_clock import DatabaseClock
from service.store.db.engine import Database

HOUR = timedelta(hours=1)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_clock_that_is_hours_off_is_not_believed(database: Database) -> None:
    with database.engine.connect() as connection:
        for off in (-6 * HOUR, 6 * HOUR, 960 * HOUR):
            clock = DatabaseClock(lambda off=off: datetime.now(UTC) + off)
            assert [abs(clock.now(connection) - datetime.now(UTC)) < HOUR for _ in range(2)] == [True, True]


def test_a_clock_that_is_right_is_taken_as_it_is(database: Database) -> None:
    clock = DatabaseClock()
    with database.engine.connect() as connection:
        before = datetime.now(UTC)
        assert before <= clock.now(connection) <= datetime.now(UTC)
