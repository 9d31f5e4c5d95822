"""Accepted comments and verdicts are synced to SQLite's disk before they are confirmed; leases need not be."""

from typing import Any

import pytest
from sqlalchemy import event, text

from service.config import Settings
from service.store.db.engine import Database
from tests.support.factories import draft, site, submitted
from workers.checking.check_pending import check_pending
from workers.resources.worker_resources import WorkerResources

NORMAL, FULL = 1, 2


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_only_a_lease_does_not_wait_for_the_disk(database: Database, settings: Settings) -> None:
    with database.writing() as session:
        site(session)
        submitted(session, draft())
    resources, ends = WorkerResources.open(settings), list[tuple[bool, int]]()

    def note(connection: Any) -> None:
        driver = connection.connection.driver_connection
        leases = connection.exec_driver_sql("SELECT count(*) FROM comment WHERE lease_token IS NOT NULL").scalar() > 0
        ends.append((leases, driver.execute("PRAGMA synchronous").fetchone()[0]))

    event.listen(resources.database.engine, "commit", note)
    assert check_pending(resources, seconds=60.0) == 1
    resources.close()
    assert ends == [(True, NORMAL), (False, FULL)]


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_rewritten_table_is_full_and_keeps_room_beside_new_rows(database: Database) -> None:
    options = "SELECT reloptions FROM pg_class WHERE relname = 'comment'"
    size = "SELECT pg_relation_size('comment')"
    with database.writing() as session:
        site(session)
        submitted(session, *(draft(f"A word, number {n}. " * 20) for n in range(300)))
    with database.reading_quickly() as session:
        before, kept = session.scalar(text(size)), session.scalar(text(options))
    assert database.rewrite(["comment"]) is not None
    with database.reading_quickly() as session:
        assert session.scalar(text(options)) == kept == ["fillfactor=50"]
        assert session.scalar(text(size)) < 0.7 * before
