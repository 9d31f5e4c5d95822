"""The sweep checks comments itself as soon as no worker does, and leaves working ones alone."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from service.config import Settings
from service.domain.ids import new_id
from service.domain.states import State
from service.store.comments.claim import claim
from service.store.db.engine import Database
from service.store.tables.comments import Comment
from tests.support.factories import draft, site, submitted
from workers.periodic.sweep import check_late
from workers.resources.worker_resources import WorkerResources


@pytest.fixture
def resources(settings: Settings) -> Iterator[WorkerResources]:
    resources = WorkerResources.open(replace(settings, sweep_after=3.0))
    yield resources
    resources.database.close()


def waiting(database: Database, *ages: float) -> None:
    """Pending comments of these ages in seconds."""
    with database.writing() as session:
        site(session)
        for age in ages:
            submitted(session, draft(f"A calm word of {age}."), now=datetime.now(UTC) - timedelta(seconds=age))


def pending(database: Database) -> int:
    with database.reading() as session:
        return len(session.scalars(select(Comment.id).where(Comment.state == State.PENDING)).all())


def test_comments_that_no_worker_claims_are_checked_by_the_sweep(database: Database, resources: WorkerResources) -> None:
    waiting(database, 5.0, 1.0)
    check_late(resources)
    assert pending(database) == 0


def test_fresh_comments_are_left_to_the_workers(database: Database, resources: WorkerResources) -> None:
    waiting(database, 1.0)
    check_late(resources)
    assert pending(database) == 1


def test_a_long_queue_is_left_to_workers_that_claim_from_it(database: Database, resources: WorkerResources) -> None:
    waiting(database, 60.0, 50.0, 40.0)
    _claim_one(database, resources, ago=1.0)
    check_late(resources)
    assert pending(database) == 3


def test_a_worker_that_has_not_claimed_for_a_while_holds_only_what_it_has(database: Database, resources: WorkerResources) -> None:
    waiting(database, 60.0, 50.0, 40.0)
    _claim_one(database, resources, ago=5.0)
    check_late(resources)
    assert pending(database) == 1


def _claim_one(database: Database, resources: WorkerResources, *, ago: float) -> None:
    then, lease = datetime.now(UTC) - timedelta(seconds=ago), timedelta(seconds=resources.settings.lease)
    with database.writing() as session:
        claim(session, token=new_id(), limit=1, now=then, lease=lease)
