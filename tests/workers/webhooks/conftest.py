"""Fixtures: a receiver of webhooks, what the delivery worker needs, and a site with the receiver as its endpoint."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from service.config import Settings
from service.store.db.engine import Database
from tests.support.factories import site
from tests.support.webhook_receiver import Receiver
from tests.workers.webhooks.webhook_host import Host
from workers.resources.worker_resources import WorkerResources


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as receiver:
        yield receiver


@pytest.fixture
def resources(settings: Settings) -> Iterator[WorkerResources]:
    resources = WorkerResources.open(replace(settings, webhook_allow=("127.0.0.0/8",), webhook_timeout=60.0, lease=600.0))
    yield resources
    resources.close()


@pytest.fixture
def host(database: Database, resources: WorkerResources, receiver: Receiver) -> "Host":
    host = Host(database, resources)
    with database.writing() as session:
        site(session)
    host.endpoint, host.secret = host.add_endpoint(receiver)
    return host
