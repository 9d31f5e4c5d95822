"""Fixtures: servers on this machine are allowed, responses have enough time, and a site has a receiver of questions."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from service.config import Settings
from service.store.db.engine import Database
from tests.support.factories import site
from tests.support.webhook_receiver import Receiver
from workers.resources.worker_resources import WorkerResources


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """The test servers run on this machine, which must be allowed explicitly."""
    return replace(settings, webhook_allow=("127.0.0.0/8",), lease=600.0)


@pytest.fixture
def resources(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[WorkerResources]:
    """Responses have enough time, however slow the machine is. Tests without a response set their own limit."""
    monkeypatch.setattr("workers.checking.external_checks.TOGETHER", 60.0)
    monkeypatch.setattr("service.actions.sites.external_checks.LATEST", 60.0)
    monkeypatch.setattr("service.actions.sites.external_checks.PROBE_EVERY", timedelta(hours=1))
    resources = WorkerResources.open(settings)
    yield resources
    resources.close()


@pytest.fixture
def at(database: Database) -> Iterator[Receiver]:
    with database.writing() as session:
        site(session)
    with Receiver() as receiver:
        yield receiver
