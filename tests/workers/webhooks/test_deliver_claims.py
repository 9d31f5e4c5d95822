"""The delivery worker's claims: couriers send each delivery once, leases end, and no endpoint takes the place of another."""

from dataclasses import replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler
from threading import Event as Signal
from threading import Thread as Runner

from sqlalchemy import event as listen
from sqlalchemy import update

from service.actions.webhooks.create_deliveries import create_deliveries
from service.actions.webhooks.endpoints import change_endpoint
from service.domain.ids import new_id
from service.domain.states import State
from service.domain.webhooks.retry_schedule import SLOW_MILLISECONDS
from service.store.tables.outbox import Delivery, DeliveryState, Endpoint
from service.store.webhooks.deliveries import BREAKER, claim
from tests.support.servers import PATIENCE, wait_until
from tests.support.webhook_receiver import Receiver, answers
from tests.workers.webhooks.webhook_host import HOUR, Host, deliver, now
from workers.resources.worker_resources import WorkerResources
from workers.webhooks.courier import Courier


def test_a_slow_host_leaves_threads_to_the_others(host: Host, resources: WorkerResources, receiver: Receiver) -> None:
    gate = Signal()
    with Receiver(lambda request: (gate.wait(PATIENCE), answers(204)(request))[1]) as slow:
        host.add_endpoint(slow)
        host.posts(12)
        under_way = Runner(target=deliver, args=(resources,))
        under_way.start()
        try:
            wait_until(lambda: len(receiver.receipts) == 12, seconds=50, what="the webhooks of the quick one")
            stuck = len(slow.receipts)
        finally:
            gate.set()
            under_way.join()
    assert stuck <= resources.settings.courier_threads // 2


def test_many_slow_hosts_hold_up_a_quick_one_together_no_longer(
    host: Host, resources: WorkerResources, receiver: Receiver
) -> None:
    """Each of them could take half of the threads. Rounds end meanwhile, and the quick one hears of new comments."""
    gate = Signal()
    with Receiver(lambda request: (gate.wait(PATIENCE), answers(204)(request))[1]) as slow:
        for _ in range(6):
            host.add_endpoint(slow)
        host.posts(4)
        try:
            for told in (4, 5, 6):
                while len(receiver.receipts) < told:
                    deliver(resources, seconds=0.2)
                host.posts(1)
            # No slow answer came meanwhile, nor was one given up: every attempt that has ended was sent to the quick one.
            assert len(host.attempts()) <= len(receiver.receipts)
        finally:
            gate.set()
        wait_until(lambda: len(host.attempts()) == len(receiver.receipts) + len(slow.receipts), what="the slow answers")
        slow_ones = {endpoint.id for endpoint in host.endpoints() if endpoint.slow_milliseconds >= SLOW_MILLISECONDS}
    assert slow_ones
    assert host.endpoint not in slow_ones
    assert len({receipt.id for receipt in receiver.receipts}) == len(receiver.receipts)


def test_a_process_that_ends_records_what_is_under_way(host: Host, resources: WorkerResources, receiver: Receiver) -> None:
    """Else the next process would send it again."""
    gate = Signal()
    receiver.behaviour = lambda request: (gate.wait(PATIENCE), answers(204)(request))[1]
    host.posts(1)
    while not receiver.receipts:
        deliver(resources, seconds=0.2)
    ending = Runner(target=resources.singleton(Courier).close)
    ending.start()
    gate.set()
    ending.join()
    assert [delivery.state for delivery in host.deliveries()] == [DeliveryState.DONE]


def test_two_couriers_send_each_delivery_once(host: Host, resources: WorkerResources, receiver: Receiver) -> None:
    host.posts(60)
    other = WorkerResources.open(resources.settings)
    couriers = [Runner(target=deliver, args=(shop,)) for shop in (resources, other)]
    for one in couriers:
        one.start()
    for one in couriers:
        one.join()
    other.close()
    assert len(receiver.receipts) == len({r.id for r in receiver.receipts}) == 60


def test_what_is_handed_back_is_not_sent_as_well(host: Host, resources: WorkerResources, receiver: Receiver) -> None:
    host.posts(200)
    well, failing = answers(204), answers(500)
    receiver.behaviour = lambda request: (failing if len(receiver.receipts) % 40 == 0 else well)(request)
    seconds = 0.1
    while (
        before := len(receiver.receipts)
    ) < 200:  # Rounds that end in the middle. If a round is too short to send anything, the next one is longer.
        deliver(resources, seconds=seconds)
        seconds *= 1 if len(receiver.receipts) > before else 2
    # A delivery that is released and sent all the same would leave no recorded attempt.
    assert len(host.attempts()) == len(receiver.receipts)


def test_what_a_dead_courier_had_claimed_is_sent_again_when_its_lease_is_over(
    host: Host, resources: WorkerResources, receiver: Receiver
) -> None:
    host.posts()
    deliver(resources)
    with host.database.writing() as session:
        lease = {"state": DeliveryState.DUE, "lease_token": new_id(), "lease_until": now() + HOUR}
        session.execute(update(Delivery).values(**lease))
    assert deliver(resources) == 0
    with host.database.writing() as session:
        session.execute(update(Delivery).values(lease_until=now() - timedelta(seconds=1)))
    assert deliver(resources) == 1
    assert len({r.id for r in receiver.receipts}) == 1


def test_who_lost_the_lease_writes_nothing_down(host: Host, resources: WorkerResources, receiver: Receiver) -> None:
    host.posts()

    def lose_the_lease(request: BaseHTTPRequestHandler) -> None:
        with host.database.writing() as session:
            session.execute(update(Delivery).values(lease_token=new_id(), lease_until=now() + HOUR))
        answers(204)(request)

    receiver.behaviour = lose_the_lease
    deliver(resources)
    assert host.deliveries()[0].state == DeliveryState.DUE
    assert host.attempts() == []


def test_an_endpoint_that_is_disabled_right_after_a_claim_stops_nobody_elses_webhooks(
    host: Host, resources: WorkerResources, receiver: Receiver
) -> None:
    host.posts(5)
    with Receiver() as other:
        second, _ = host.add_endpoint(other)
        host.rules(host.posts(1)[0], State.REJECTED)
        left = [second]

        def switched_off(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
            if left and statement.startswith("SELECT delivery.id, delivery.event_id"):
                with host.database.writing() as session:
                    change_endpoint(session, "news", left.pop(), now=now(), enabled=False)

        listen.listen(resources.database.engine, "before_cursor_execute", switched_off)
        deliver(resources)
        assert not left
        assert not other.receipts
    assert len(receiver.receipts) == 7
    assert {delivery.endpoint_id for delivery in host.deliveries() if delivery.state == DeliveryState.DEAD} == {second}


def test_where_there_is_more_than_can_be_sent_no_endpoint_waits_for_the_end_of_it(host: Host, receiver: Receiver) -> None:
    endpoints = {host.endpoint, host.add_endpoint(receiver)[0], host.add_endpoint(receiver)[0]}
    host.posts(40)
    with host.database.writing() as session:
        create_deliveries(session, now=now())
    leased = {"room": lambda _, is_slow: 1, "slow_limit": 2, "lease": HOUR, "probe_every": HOUR}
    with host.database.writing() as session:
        for _ in range(38):
            claim(session, token=new_id(), limit=2, now=now(), **leased)
    assert {delivery.endpoint_id for delivery in host.deliveries() if delivery.lease_token} == endpoints


def test_a_courier_whose_endpoints_are_busy_or_broken_only_reads(
    host: Host, resources: WorkerResources, receiver: Receiver
) -> None:
    """Else it would take SQLite's write lock five times a second, for nothing."""
    gate, few = Signal(), replace(resources, settings=replace(resources.settings, courier_threads=1))
    receiver.behaviour = lambda request: (gate.wait(PATIENCE), answers(204)(request))[1]
    with Receiver() as broken:
        host.add_endpoint(broken)
        host.posts(3)
        with host.database.writing() as session:
            slow = Endpoint.id == host.endpoint
            session.execute(update(Endpoint).where(slow).values(slow_milliseconds=SLOW_MILLISECONDS))
            session.execute(update(Endpoint).where(~slow).values(failures=BREAKER, probe_at=now() + HOUR))
        while not receiver.receipts:
            deliver(few, seconds=0.2)
        statements: list[str] = []
        listen.listen(few.database.engine, "before_cursor_execute", lambda *call: statements.append(call[2]))
        deliver(few, seconds=0.2)
        gate.set()
        assert not any(word in statement for statement in statements for word in ("IMMEDIATE", "UPDATE", "INSERT"))
        assert any("FROM endpoint" in statement for statement in statements)
        while len(receiver.receipts) < 3:
            deliver(few, seconds=0.2)
        assert not broken.receipts
