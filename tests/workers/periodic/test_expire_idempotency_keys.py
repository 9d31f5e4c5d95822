"""Idempotency keys are deleted after a day, and not before."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import insert, select

from service.config import Settings
from service.store.db.engine import Database
from service.store.tables.idempotency import IdempotencyKey
from tests.support.factories import site
from workers.periodic import expire_idempotency_keys as tidy_module
from workers.periodic.expire_idempotency_keys import expire_idempotency_keys
from workers.resources.worker_resources import WorkerResources


@pytest.fixture
def resources(settings: Settings) -> Iterator[WorkerResources]:
    resources = WorkerResources.open(settings)
    yield resources
    resources.database.close()


def test_keys_are_forgotten_after_a_day_however_many(
    resources: WorkerResources, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tidy_module, "AT_ONCE", 2)
    with database.writing() as session:
        site(session)
        for number, hours in enumerate((23, 25, 26, 27, 28, 29)):
            key = {"site_id": "news", "key": f"k{number}", "body_digest": "", "comment_id": uuid4()}
            session.execute(insert(IdempotencyKey).values(**key, created_at=datetime.now(UTC) - timedelta(hours=hours)))
    assert expire_idempotency_keys(resources) == 5
    with database.reading() as session:
        assert session.scalars(select(IdempotencyKey.key)).all() == ["k0"]
    assert expire_idempotency_keys(resources) == 0
