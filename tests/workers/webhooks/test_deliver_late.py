"""The sweep delivers as soon as no delivery worker does, and leaves working ones alone."""

from datetime import timedelta
from threading import Event as Signal

import pytest
from sqlalchemy import update

from service.actions.webhooks.create_deliveries import create_deliveries
from service.domain.ids import new_id
from service.store.tables.outbox import Event
from service.store.webhooks.deliveries import claim
from tests.support.servers import PATIENCE
from tests.support.webhook_receiver import Receiver, answers
from tests.workers.webhooks.webhook_host import HOUR, Host, deliver, now
from workers.periodic.sweep import deliver_late
from workers.resources.worker_resources import WorkerResources
from workers.webhooks.courier import delivery_lease


def make_late(host: Host) -> None:
    with host.database.writing() as session:
        session.execute(update(Event).values(due_at=now() - HOUR))
        create_deliveries(session, now=now() - HOUR / 2)


def claim_one(host: Host, *, ago: float) -> None:
    """Claim a delivery as another worker does."""
    with host.database.writing() as session:
        claimed = claim(
            session, token=new_id(), limit=1, slow_limit=1, room=lambda *_, **__: 1, now=now() - timedelta(seconds=ago),
            lease=delivery_lease(host.resources.settings), probe_every=HOUR,
        )  # fmt: skip
    assert len(claimed) == 1


def test_webhooks_that_no_delivery_worker_claims_are_sent_by_the_sweep(
    host: Host, resources: WorkerResources, receiver: Receiver
) -> None:
    host.posts(2)
    make_late(host)
    deliver_late(resources)
    assert len(receiver.receipts) == 2


def test_fresh_webhooks_are_left_to_the_delivery_workers(host: Host, resources: WorkerResources, receiver: Receiver) -> None:
    host.posts(2)
    deliver_late(resources)
    assert not receiver.receipts


@pytest.mark.parametrize(("ago", "sent"), [(1, 0), (60, 0), (80, 1)])
def test_a_long_backlog_is_left_to_a_delivery_worker_that_claims_from_it(
    host: Host, resources: WorkerResources, receiver: Receiver, ago: float, sent: int
) -> None:
    """An attempt may last 60 seconds here. A worker that has claimed nothing for longer holds only what it has."""
    host.posts(2)
    make_late(host)
    claim_one(host, ago=ago)
    deliver_late(resources)
    assert len(receiver.receipts) == sent


def test_the_sweep_goes_on_while_attempts_of_its_own_are_under_way(
    host: Host, resources: WorkerResources, receiver: Receiver
) -> None:
    gate = Signal()
    with Receiver(lambda request: (gate.wait(PATIENCE), answers(204)(request))[1]) as slow:
        host.add_endpoint(slow)
        host.posts(1)
        deliver(resources, seconds=1.0)
        host.posts(1)
        make_late(host)
        try:
            assert len(slow.receipts) == 1
            deliver_late(resources)
            assert len(receiver.receipts) == 2
        finally:
            gate.set()
