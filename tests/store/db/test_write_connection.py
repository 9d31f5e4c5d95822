"""A write connection is kept while it is used, and a dead one is replaced without an error."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from service.store.db import postgres, write_connection
from service.store.db.engine import Database
from service.store.db.write_connection import WriteConnection

pytestmark = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


def _kill_all_others(database: Database) -> None:
    other = Database(database.url)
    others = "datname = current_database() AND pid <> pg_backend_pid()"
    with other.engine.connect() as connection:
        connection.execute(text(f"SELECT pg_terminate_backend(pid, 4000) FROM pg_stat_activity WHERE {others}"))
    other.close()


def test_a_connection_that_died_in_a_pause_is_replaced(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "MAX_SILENCE", -1.0)
    with database.reading() as session:
        session.execute(text("SELECT 1"))
    _kill_all_others(database)
    with database.reading() as session:
        assert session.scalar(text("SELECT 1")) == 1


def test_a_lane_that_died_in_a_pause_is_replaced(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "MAX_SILENCE", -1.0)
    monkeypatch.setattr(write_connection, "IDLE_SECONDS", -1.0)
    lane = WriteConnection(database)
    for _ in range(2):
        with lane.begin() as connection:
            assert connection.scalar(text("SELECT 1")) == 1
        _kill_all_others(database)
    lane.close()


def test_a_lane_that_failed_starts_anew(database: Database) -> None:
    lane = WriteConnection(database)
    with lane.begin() as connection:
        connection.execute(text("SELECT 1"))
    _kill_all_others(database)
    with pytest.raises(OperationalError), lane.begin() as connection:
        connection.execute(text("SELECT 1"))
    with lane.begin() as connection:
        assert connection.scalar(text("SELECT 1")) == 1
    lane.close()
