"""The delivery worker and failing hosts: retried later, probed, given up at last, and a host that says when is left alone."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from service.actions.webhooks.endpoints import change_endpoint, replay, replay_dead
from service.domain.audit_events import ActorKind, AuditEvent
from service.domain.states import State
from service.domain.webhooks.retry_schedule import SCHEDULE
from service.store.tables.audit_log import AuditEntry
from service.store.tables.outbox import Delivery, DeliveryState, Endpoint
from tests.support.webhook_receiver import Behaviour, Receiver, answers
from tests.workers.webhooks.webhook_host import Host, deliver, now
from workers.resources.worker_resources import WorkerResources


@pytest.mark.parametrize(
    ("behaviour", "error"),
    [
        (answers(500), "500: only 2xx"),
        (answers(302, Location="http://127.0.0.1:1/"), "302: redirects are not followed"),
        (lambda request: request.connection.close(), ""),
    ],
)
def test_what_fails_is_tried_again_later_and_signed_afresh(
    host: Host, resources: WorkerResources, receiver: Receiver, behaviour: object, error: str
) -> None:
    host.posts()
    receiver.behaviour = behaviour  # type: ignore[assignment]
    assert deliver(resources) == 1
    (delivery,), (attempt,) = host.deliveries(), host.attempts()
    assert (delivery.state, delivery.tries) == (DeliveryState.DUE, 1)
    # Five seconds after the recorded attempt, give or take a fifth (jitter).
    assert attempt.at + timedelta(seconds=3.9) <= delivery.due_at <= now() + timedelta(seconds=6.1)
    assert attempt.error.startswith(error)
    assert attempt.error
    receiver.behaviour = answers(200)
    host.waits()
    assert deliver(resources) == 1
    assert len({r.id for r in receiver.receipts}) == 1
    assert all(r.verified_with(host.secret) for r in receiver.receipts)
    assert host.deliveries()[0].state == DeliveryState.DONE


def test_twelve_failures_make_a_delivery_dead_and_the_next_change_goes_out(
    host: Host, resources: WorkerResources, receiver: Receiver
) -> None:
    (comment_id,) = host.posts()
    host.rules(comment_id, State.REJECTED)
    receiver.behaviour = answers(500)
    for _ in SCHEDULE:
        assert deliver(resources) == 1
        host.waits()
    assert [d.state for d in host.deliveries()] == [DeliveryState.DEAD, DeliveryState.DUE]
    receiver.behaviour = answers(204)
    deliver(resources)
    assert receiver.receipts[-1].sequence == 2
    with host.database.writing() as session:
        assert replay_dead(session, "news", host.endpoint, since=now() - timedelta(hours=1), now=now()) == 1
    assert deliver(resources) == 1
    assert receiver.receipts[-1].id == receiver.receipts[0].id
    assert {d.state for d in host.deliveries()} == {DeliveryState.DONE}


def test_an_endpoint_that_fails_five_times_in_a_row_is_only_probed_and_then_catches_up(
    host: Host, resources: WorkerResources, receiver: Receiver
) -> None:
    one_thread = replace(resources, settings=replace(resources.settings, courier_threads=1))
    host.posts(9)
    receiver.behaviour = answers(503)
    assert deliver(one_thread) == 5
    assert deliver(one_thread) == 0
    with host.database.writing() as session:
        session.execute(update(Endpoint).values(probe_at=now() - timedelta(seconds=1)))
    assert deliver(one_thread) == 1
    assert deliver(one_thread) == 0
    receiver.behaviour = answers(204)
    with host.database.writing() as session:
        session.execute(update(Endpoint).values(probe_at=now() - timedelta(seconds=1)))
    assert deliver(one_thread) == 9
    assert {d.state for d in host.deliveries()} == {DeliveryState.DONE}
    assert host.looks_at_endpoint().failures == 0


def test_a_probe_before_its_time_costs_no_try(host: Host, resources: WorkerResources, receiver: Receiver) -> None:
    host.posts()
    receiver.behaviour = answers(500)
    deliver(resources)
    with host.database.writing() as session:
        session.execute(update(Endpoint).values(failures=5, probe_at=now()))
    (before,) = host.deliveries()
    assert deliver(resources) == 1
    (after,) = host.deliveries()
    assert (after.tries, after.due_at) == (before.tries, before.due_at)
    assert len(host.attempts()) == 2


def test_what_waited_for_days_behind_a_broken_endpoint_is_given_up(
    host: Host, resources: WorkerResources, receiver: Receiver
) -> None:
    host.posts(3)
    receiver.behaviour = answers(500)
    deliver(resources)
    with host.database.writing() as session:
        session.execute(update(Delivery).values(created_at=now() - timedelta(hours=97)))
        session.execute(update(Endpoint).values(failures=5, probe_at=now()))
    deliver(resources)
    assert {d.state for d in host.deliveries()} == {DeliveryState.DEAD}


def test_410_disables_the_endpoint_and_keeps_what_it_missed(host: Host, resources: WorkerResources, receiver: Receiver) -> None:
    ids = host.posts()
    host.rules(ids[0], State.REJECTED)
    receiver.behaviour = answers(410)
    assert deliver(resources) == 1
    assert not host.looks_at_endpoint().enabled
    assert [d.state for d in host.deliveries()] == [DeliveryState.DEAD, DeliveryState.DEAD]
    with host.database.reading() as session:
        act = session.scalars(
            select(AuditEntry).where(AuditEntry.target == str(host.endpoint)).order_by(AuditEntry.id.desc())
        ).first()
    assert (act.actor, act.event, act.details["after"]) == (
        ActorKind.GREENROOM, AuditEvent.ENDPOINT_CHANGED, {"enabled": False, "because": "it answered 410"},
    )  # fmt: skip
    receiver.behaviour = answers(204)
    with host.database.writing() as session:
        change_endpoint(session, "news", host.endpoint, enabled=True, now=now())
        replay(session, "news", host.deliveries()[1].id, now=now())
    assert deliver(resources) == 1


@pytest.mark.parametrize("status", [429, 503])
def test_a_host_that_says_later_is_left_alone_that_long(
    host: Host, resources: WorkerResources, receiver: Receiver, status: int
) -> None:
    host.posts()
    receiver.behaviour = answers(status, Retry_After="900")
    deliver(resources)
    (delivery,) = host.deliveries()
    assert delivery.due_at >= host.attempts()[0].at + timedelta(seconds=900)
    receiver.behaviour = answers(204)
    host.posts(2)
    assert deliver(resources) == 0
    host.waits()
    assert deliver(resources) == 3


def _raw(answer: bytes) -> Behaviour:
    return lambda request: request.wfile.write(answer) and None


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 503 Later\r\nRetry-After: Mon, 01 Jan 99999999999999999 00:00:00 GMT\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 503 Later\r\nRetry-After: Mon, 01 Jan 2026 00:00:00 +9999999999999999\r\nContent-Length: 0\r\n\r\n",
        b"no \0 status\r\n\r\n",
        b"HTTP/\0 200 OK\r\n\r\n",
        b"HTTP/1.1 500 No\r\nTransfer-Encoding: chunked\r\n\r\n\0\r\n\0",
        b"HTTP/1.1 500 No\r\nTransfer-Encoding: chunked\r\n\r\n-ffffffffffffffffffff\r\n\0",
    ],
    ids=["a year beyond all", "a zone beyond all", "no status", "no version", "no chunk", "less than no chunk"],
)
def test_whatever_a_receiver_answers_is_written_down_and_stops_nobody_elses_webhooks(
    host: Host, resources: WorkerResources, receiver: Receiver, answer: bytes
) -> None:
    with Receiver(_raw(answer)) as hostile:
        host.add_endpoint(hostile)
        host.posts()
        assert deliver(resources) == 2
    assert len(receiver.receipts) == len(hostile.receipts) == 1
    assert sorted(attempt.status == 204 for attempt in host.attempts()) == [False, True]
    assert {delivery.tries for delivery in host.deliveries()} == {1}
    assert not any("\0" in attempt.error + attempt.response for attempt in host.attempts())
