"""What a clock hours ahead has dated is due at once for everybody else; a wait that its kind allows is left alone."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from service.actions.webhooks.create_deliveries import create_deliveries
from service.domain.states import State
from service.store.db.engine import Database
from service.store.tables.outbox import Delivery, DeliveryState, Endpoint, Event, EventState
from tests.support.webhook_receiver import Receiver
from tests.workers.webhooks.conftest import host, receiver, resources
from tests.workers.webhooks.webhook_host import HOUR, Host, deliver
from workers.periodic.limit_waits import limit_waits
from workers.periodic.sweep import PERIODIC_JOBS
from workers.resources.worker_resources import WorkerResources

__all__ = ["host", "receiver", "resources"]
AHEAD = 6 * HOUR


def moved(database: Database, **times: datetime) -> None:
    """Date what waits as a process with another clock would have done."""
    with database.writing() as session:
        session.execute(update(Event).where(Event.state == EventState.DUE).values(due_at=times["due_at"]))
        session.execute(update(Delivery).where(Delivery.state == DeliveryState.DUE).values(**times))


def test_an_event_that_is_dated_hours_ahead_is_sent(host: Host, resources: WorkerResources, receiver: Receiver) -> None:
    host.posts()
    moved(host.database, due_at=datetime.now(UTC) + AHEAD)
    deliver(resources)
    assert receiver.receipts == []
    assert (limit_waits(resources), deliver(resources), len(receiver.receipts)) == (1, 1, 1)


def test_a_delivery_that_is_dated_and_leased_hours_ahead_is_sent(
    host: Host, resources: WorkerResources, receiver: Receiver
) -> None:
    host.posts()
    with host.database.writing() as session:
        create_deliveries(session, now=datetime.now(UTC))
        session.execute(update(Endpoint).values(probe_at=datetime.now(UTC) + 5 * AHEAD))
    moved(host.database, due_at=datetime.now(UTC) + AHEAD, lease_until=datetime.now(UTC) + AHEAD)
    deliver(resources)
    assert receiver.receipts == []
    assert (limit_waits(resources), limit_waits(resources)) == (3, 0)
    assert deliver(resources, seconds=60.0) == 1


def test_an_undo_time_and_the_pause_before_a_retry_are_left_alone(host: Host, resources: WorkerResources) -> None:
    (first, second) = host.posts(2)
    deliver(resources)
    host.rules(first, State.REJECTED, delay=300)
    with host.database.writing() as session:
        session.execute(
            update(Delivery)
            .where(Delivery.comment_id == second)
            .values(state=DeliveryState.DUE, tries=9, due_at=datetime.now(UTC) + timedelta(hours=20))
        )
    assert limit_waits(resources) == 0


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_every_sweep_limits_waits(database: Database) -> None:
    assert limit_waits in [job.run for job in PERIODIC_JOBS]
