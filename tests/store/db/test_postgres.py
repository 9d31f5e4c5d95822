"""The connections to PostgreSQL: how many there are, and whether their statements are prepared."""

import pytest
from sqlalchemy import text

from service.setting_sources import load
from service.store.db.engine import Database
from tests.support.servers import Postgres

OPEN = text("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'connections'")
PREPARED = text("SELECT count(*) FROM pg_prepared_statements")


def _database(url: str, **settings: str) -> Database:
    environ = {f"GREENROOM_{name.upper()}": value for name, value in settings.items()}
    return Database.of(load({"DATABASE_URL": f"{url}?application_name=connections", **environ}))


def test_a_crowd_that_has_gone_leaves_half_of_the_connections(postgres: Postgres) -> None:
    database = _database(postgres.fresh_database(), database_connections="6")
    crowd = [database.engine.connect() for _ in range(6)]
    assert crowd[0].scalar(OPEN) == 6
    for connection in crowd:
        connection.close()
    with database.reading() as session:
        while session.scalar(OPEN) != 3:
            session.rollback()
    database.close()


@pytest.mark.parametrize(("setting", "count"), [("true", 1), ("false", 0)])
def test_statements_are_prepared_unless_a_setting_says_no(setting: str, count: int, postgres: Postgres) -> None:
    database = _database(postgres.fresh_database(), prepared_statements=setting)
    with database.reading() as session:
        for _ in range(8):
            session.execute(text("SELECT 1"))
        assert session.scalar(PREPARED) == count
    database.close()
