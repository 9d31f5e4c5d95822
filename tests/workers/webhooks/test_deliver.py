"""The courier: each change arrives, verifiably, in order a comment; a host that fails is given time, never dropped in silence."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from threading import Event as Signal
from threading import Thread as Runner
from uuid import UUID

import pytest
from sqlalchemy import event as listen
from sqlalchemy import func, select, text, update

from service.actions.comments.edit_erase import edit, erase
from service.actions.moderation.decide import Actor, Ruling, decide, undo
from service.actions.webhooks.create_deliveries import create_deliveries
from service.actions.webhooks.endpoints import add_endpoint, change_endpoint, replay, replay_dead, rotate, send_test
from service.config import Settings
from service.domain.audit_events import ActorKind, AuditEvent
from service.domain.ids import new_id
from service.domain.security.encryption import SecretBox
from service.domain.states import State
from service.domain.webhooks.retry_schedule import SCHEDULE
from service.store.db.engine import Database
from service.store.tables.audit_log import AuditEntry
from service.store.tables.outbox import Attempt, Delivery, DeliveryState, Endpoint, Event, EventState, EventType
from service.store.webhooks import deliveries
from service.store.webhooks.deliveries import claim
from tests.support.factories import draft, site, submitted
from tests.support.servers import PATIENCE, wait_until
from tests.support.webhook_receiver import Behaviour, Receiver, answers
from workers.checking.check_pending import check_pending
from workers.resources.worker_resources import WorkerResources
from workers.webhooks import deliver as courier

BY_KEY = Actor(key_id=UUID(int=1))
HOUR = timedelta(hours=1)


def deliver(workshop: WorkerResources, *, seconds: float = 60.0) -> int:
    """A round that ends when nothing is due any more, and not before, however slow the machine."""
    return courier.deliver(workshop, seconds=seconds)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as receiver:
        yield receiver


@pytest.fixture
def workshop(settings: Settings) -> Iterator[WorkerResources]:
    workshop = WorkerResources.open(replace(settings, webhook_allow=("127.0.0.0/8",), webhook_timeout=60.0, lease=600.0))
    yield workshop
    workshop.close()


@pytest.fixture
def host(database: Database, workshop: WorkerResources, receiver: Receiver) -> "Host":
    host = Host(database, workshop)
    with database.writing() as session:
        site(session)
    host.endpoint, host.secret = host.add_endpoint(receiver)
    return host


class Host:
    """What a test does to a site with one endpoint."""

    endpoint: UUID
    secret: str

    def __init__(self, database: Database, workshop: WorkerResources) -> None:
        self.database = database
        self.workshop = workshop
        self.seal = SecretBox.from_secret(workshop.settings.secret)

    def add_endpoint(self, receiver: Receiver, **more: object) -> tuple[UUID, str]:
        with self.database.writing() as session:
            endpoint, secret = add_endpoint(
                session, "news", url=receiver.url, seal=self.seal, now=_now(), allow=("127.0.0.0/8",), **more
            )
            return endpoint.id, secret

    def posts(self, count: int = 1) -> list[UUID]:
        """Comments that the checks approved."""
        with self.database.writing() as session:
            ids = submitted(session, *(draft(f"A calm word, the {n}th of its kind.") for n in range(count)), now=_now())
        check_pending(self.workshop, seconds=60.0)
        return ids

    def rules(self, comment_id: UUID, state: State, *, delay: float = 0, note: str = "") -> UUID:
        with self.database.writing() as session:
            ruling = Ruling(comment_id, state, None, note=note)
            (outcome,) = decide(session, "news", [ruling], actor=BY_KEY, now=_now(), delay=timedelta(seconds=delay))
        return outcome.decision_id

    def deliveries(self) -> list[Delivery]:
        with self.database.reading() as session:
            return list(session.scalars(select(Delivery).order_by(Delivery.seq, Delivery.id)))

    def attempts(self) -> list[Attempt]:
        with self.database.reading() as session:
            return list(session.scalars(select(Attempt).order_by(Attempt.at, Attempt.id)))

    def looks_at_endpoint(self) -> Endpoint:
        with self.database.reading() as session:
            return session.get_one(Endpoint, self.endpoint)

    def waits(self) -> None:
        """Time passes: whatever waits for its next try, or for the next probe, waits no longer."""
        past = _now() - timedelta(seconds=1)
        with self.database.writing() as session:
            session.execute(update(Delivery).values(due_at=past))
            session.execute(update(Endpoint).where(Endpoint.probe_at.is_not(None)).values(probe_at=past))


def _now() -> datetime:
    return datetime.now(UTC)


def test_an_approval_arrives_and_verifies_with_a_library_of_others(
    host: Host, workshop: WorkerResources, receiver: Receiver
) -> None:
    (comment_id,) = host.posts()
    assert deliver(workshop) == 1
    (receipt,) = receiver.receipts
    assert receipt.verified_with(host.secret)
    assert receipt.told["type"] == "comment.approved"
    told = receipt.told["data"]
    assert told["comment"]["id"] == str(comment_id)
    assert told["comment"]["text"] == "A calm word, the 0th of its kind."
    assert (told["from"], told["to"], told["sequence"], told["by"]) == ("pending", "approved", 1, "policy")
    (delivery,), (attempt,) = host.deliveries(), host.attempts()
    assert (delivery.state, delivery.tries) == (DeliveryState.DONE, 1)
    assert (attempt.status, attempt.error) == (204, "")
    assert deliver(workshop) == 0


def test_no_email_and_no_address_leaves_in_a_webhook(host: Host, workshop: WorkerResources, receiver: Receiver) -> None:
    with host.database.writing() as session:
        author = {"name": "Ada", "email": "ada@private.example", "id": "u1"}
        submitted(session, draft(author=author, context={"ip": "203.0.113.77"}), now=_now())
    check_pending(workshop, seconds=60.0)
    deliver(workshop)
    (receipt,) = receiver.receipts
    assert b"Ada" in receipt.body
    for private in (b"private.example", b"203.0.113", b"author_key", b"address"):
        assert private not in receipt.body


def test_each_change_of_a_comment_arrives_in_order(host: Host, workshop: WorkerResources, receiver: Receiver) -> None:
    ids = host.posts(6)
    for comment_id in ids:
        host.rules(comment_id, State.REJECTED, note="off topic")
        host.rules(comment_id, State.APPROVED)
        with host.database.writing() as session:
            erase(session, "news", comment_id, now=_now())
    assert deliver(workshop) == 24
    for comment_id in ids:
        mine = [r for r in receiver.receipts if r.comment == str(comment_id)]
        assert [r.sequence for r in mine] == [1, 2, 3, 4]
        assert mine[-1].told["type"] == "comment.erased"
        assert mine[-1].told["data"]["comment"]["text"] == ""
    assert all(r.verified_with(host.secret) for r in receiver.receipts)


def test_a_failing_change_holds_back_its_own_comment_only(host: Host, workshop: WorkerResources, receiver: Receiver) -> None:
    first, second = host.posts(2)
    unlucky = str(first)

    def refuse_one(request: BaseHTTPRequestHandler) -> None:
        answers(500 if receiver.receipts[-1].comment == unlucky else 204)(request)

    receiver.behaviour = refuse_one
    workshop_of_one = replace(workshop, settings=replace(workshop.settings, courier_threads=1))
    deliver(workshop_of_one)
    for comment_id in (first, second):
        host.rules(comment_id, State.REJECTED)
    deliver(workshop_of_one)
    assert [r.sequence for r in receiver.receipts if r.comment == unlucky] == [1]
    assert [r.sequence for r in receiver.receipts if r.comment == str(second)] == [1, 2]
    receiver.behaviour = answers(200)
    host.waits()
    deliver(workshop_of_one)
    assert [r.sequence for r in receiver.receipts if r.comment == unlucky] == [1, 1, 2]


def test_a_decision_taken_back_in_time_is_never_told(host: Host, workshop: WorkerResources, receiver: Receiver) -> None:
    (comment_id,) = host.posts()
    deliver(workshop)
    decision_id = host.rules(comment_id, State.REJECTED, delay=3600)
    assert deliver(workshop) == 0
    with host.database.writing() as session:
        undo(session, "news", [decision_id], actor=BY_KEY, now=_now(), delay=timedelta(seconds=5))
    with host.database.writing() as session:
        session.execute(update(Event).values(due_at=_now() - timedelta(seconds=1)))
    assert deliver(workshop) == 0
    assert len(receiver.receipts) == 1


def test_a_later_change_takes_an_earlier_one_along_that_still_waited(
    host: Host, workshop: WorkerResources, receiver: Receiver
) -> None:
    (comment_id,) = host.posts()
    host.rules(comment_id, State.REJECTED, delay=3600)
    with host.database.writing() as session:
        edit(session, "news", comment_id, "Calmer words.", version=None, now=_now())
    deliver(workshop)
    assert [r.sequence for r in receiver.receipts] == [1, 2, 3]


@pytest.mark.parametrize(
    ("behaviour", "error"),
    [
        (answers(500), "500: only 2xx"),
        (answers(302, Location="http://127.0.0.1:1/"), "302: redirects are not followed"),
        (lambda request: request.connection.close(), ""),
    ],
)
def test_what_fails_is_tried_again_later_and_signed_afresh(
    host: Host, workshop: WorkerResources, receiver: Receiver, behaviour: object, error: str
) -> None:
    host.posts()
    receiver.behaviour = behaviour  # type: ignore[assignment]
    assert deliver(workshop) == 1
    (delivery,), (attempt,) = host.deliveries(), host.attempts()
    assert (delivery.state, delivery.tries) == (DeliveryState.DUE, 1)
    # Five seconds after it was written down, a fifth more or less.
    assert attempt.at + timedelta(seconds=3.9) <= delivery.due_at <= _now() + timedelta(seconds=6.1)
    assert attempt.error.startswith(error)
    assert attempt.error
    receiver.behaviour = answers(200)
    host.waits()
    assert deliver(workshop) == 1
    assert len({r.id for r in receiver.receipts}) == 1
    assert all(r.verified_with(host.secret) for r in receiver.receipts)
    assert host.deliveries()[0].state == DeliveryState.DONE


def test_twelve_failures_make_a_delivery_dead_and_the_next_change_goes_out(
    host: Host, workshop: WorkerResources, receiver: Receiver
) -> None:
    (comment_id,) = host.posts()
    host.rules(comment_id, State.REJECTED)
    receiver.behaviour = answers(500)
    for _ in SCHEDULE:
        assert deliver(workshop) == 1
        host.waits()
    assert [d.state for d in host.deliveries()] == [DeliveryState.DEAD, DeliveryState.DUE]
    receiver.behaviour = answers(204)
    deliver(workshop)
    assert receiver.receipts[-1].sequence == 2
    with host.database.writing() as session:
        assert replay_dead(session, "news", host.endpoint, since=_now() - timedelta(hours=1), now=_now()) == 1
    assert deliver(workshop) == 1
    assert receiver.receipts[-1].id == receiver.receipts[0].id
    assert {d.state for d in host.deliveries()} == {DeliveryState.DONE}


def test_an_endpoint_that_fails_five_times_in_a_row_is_only_probed_and_then_catches_up(
    host: Host, workshop: WorkerResources, receiver: Receiver
) -> None:
    one_thread = replace(workshop, settings=replace(workshop.settings, courier_threads=1))
    host.posts(9)
    receiver.behaviour = answers(503)
    assert deliver(one_thread) == 5
    assert deliver(one_thread) == 0
    with host.database.writing() as session:
        session.execute(update(Endpoint).values(probe_at=_now() - timedelta(seconds=1)))
    assert deliver(one_thread) == 1
    assert deliver(one_thread) == 0
    receiver.behaviour = answers(204)
    with host.database.writing() as session:
        session.execute(update(Endpoint).values(probe_at=_now() - timedelta(seconds=1)))
    assert deliver(one_thread) == 9
    assert {d.state for d in host.deliveries()} == {DeliveryState.DONE}
    assert host.looks_at_endpoint().failures == 0


def test_a_probe_before_its_time_costs_no_try(host: Host, workshop: WorkerResources, receiver: Receiver) -> None:
    host.posts()
    receiver.behaviour = answers(500)
    deliver(workshop)
    with host.database.writing() as session:
        session.execute(update(Endpoint).values(failures=5, probe_at=_now()))
    (before,) = host.deliveries()
    assert deliver(workshop) == 1
    (after,) = host.deliveries()
    assert (after.tries, after.due_at) == (before.tries, before.due_at)
    assert len(host.attempts()) == 2


def test_what_waited_for_days_behind_a_broken_endpoint_is_given_up(
    host: Host, workshop: WorkerResources, receiver: Receiver
) -> None:
    host.posts(3)
    receiver.behaviour = answers(500)
    deliver(workshop)
    with host.database.writing() as session:
        session.execute(update(Delivery).values(created_at=_now() - timedelta(hours=97)))
        session.execute(update(Endpoint).values(failures=5, probe_at=_now()))
    deliver(workshop)
    assert {d.state for d in host.deliveries()} == {DeliveryState.DEAD}


def test_410_disables_the_endpoint_and_keeps_what_it_missed(host: Host, workshop: WorkerResources, receiver: Receiver) -> None:
    ids = host.posts()
    host.rules(ids[0], State.REJECTED)
    receiver.behaviour = answers(410)
    assert deliver(workshop) == 1
    assert not host.looks_at_endpoint().enabled
    assert [d.state for d in host.deliveries()] == [DeliveryState.DEAD, DeliveryState.DEAD]
    with host.database.reading() as session:
        act = session.scalars(
            select(AuditEntry).where(AuditEntry.about == str(host.endpoint)).order_by(AuditEntry.id.desc())
        ).first()
    assert (act.by, act.deed, act.facts["after"]) == (
        ActorKind.GREENROOM, AuditEvent.ENDPOINT_CHANGED, {"enabled": False, "because": "it answered 410"},
    )  # fmt: skip
    receiver.behaviour = answers(204)
    with host.database.writing() as session:
        change_endpoint(session, "news", host.endpoint, enabled=True, now=_now())
        replay(session, "news", host.deliveries()[1].id, now=_now())
    assert deliver(workshop) == 1


@pytest.mark.parametrize("status", [429, 503])
def test_a_host_that_says_later_is_left_alone_that_long(
    host: Host, workshop: WorkerResources, receiver: Receiver, status: int
) -> None:
    host.posts()
    receiver.behaviour = answers(status, Retry_After="900")
    deliver(workshop)
    (delivery,) = host.deliveries()
    assert delivery.due_at >= host.attempts()[0].at + timedelta(seconds=900)
    receiver.behaviour = answers(204)
    host.posts(2)
    assert deliver(workshop) == 0
    host.waits()
    assert deliver(workshop) == 3


def test_both_secrets_sign_while_one_is_rotated(host: Host, workshop: WorkerResources, receiver: Receiver) -> None:
    with host.database.writing() as session:
        new = rotate(session, "news", host.endpoint, seal=host.seal, now=_now())[1]
    host.posts()
    deliver(workshop)
    (receipt,) = receiver.receipts
    assert receipt.verified_with(host.secret)
    assert receipt.verified_with(new)
    assert len(receipt.headers["webhook-signature"].split(" ")) == 2
    with host.database.writing() as session:
        session.execute(update(Endpoint).values(old_secret_until=_now() - timedelta(seconds=1)))
    host.posts()
    deliver(workshop)
    assert not receiver.receipts[-1].verified_with(host.secret)
    assert receiver.receipts[-1].verified_with(new)


def test_secrets_are_unreadable_in_the_database(host: Host) -> None:
    endpoint = host.looks_at_endpoint()
    assert host.secret not in endpoint.secret
    assert host.secret.removeprefix("whsec_") not in endpoint.secret
    assert host.seal.decrypt(endpoint.secret) == host.secret


def test_endpoints_hear_only_what_they_asked_for(host: Host, workshop: WorkerResources, receiver: Receiver) -> None:
    with Receiver() as other:
        host.add_endpoint(other, events=[EventType.REJECTED])
        (comment_id,) = host.posts()
        host.rules(comment_id, State.REJECTED)
        deliver(workshop)
        assert [r.told["type"] for r in other.receipts] == ["comment.rejected"]
        assert [r.told["type"] for r in receiver.receipts] == ["comment.approved", "comment.rejected"]


def test_a_slow_host_leaves_threads_to_the_others(host: Host, workshop: WorkerResources, receiver: Receiver) -> None:
    gate = Signal()
    with Receiver(lambda request: (gate.wait(PATIENCE), answers(204)(request))[1]) as slow:
        host.add_endpoint(slow)
        host.posts(12)
        under_way = Runner(target=deliver, args=(workshop,))
        under_way.start()
        try:
            wait_until(lambda: len(receiver.receipts) == 12, seconds=50, what="the webhooks of the quick one")
            stuck = len(slow.receipts)
        finally:
            gate.set()
            under_way.join()
    assert stuck <= workshop.settings.courier_threads // 2


def test_two_couriers_send_each_delivery_once(host: Host, workshop: WorkerResources, receiver: Receiver) -> None:
    host.posts(60)
    other = WorkerResources.open(workshop.settings)
    couriers = [Runner(target=deliver, args=(shop,)) for shop in (workshop, other)]
    for one in couriers:
        one.start()
    for one in couriers:
        one.join()
    other.close()
    assert len(receiver.receipts) == len({r.id for r in receiver.receipts}) == 60


def test_what_is_handed_back_is_not_sent_as_well(host: Host, workshop: WorkerResources, receiver: Receiver) -> None:
    host.posts(200)
    well, failing = answers(204), answers(500)
    receiver.behaviour = lambda request: (failing if len(receiver.receipts) % 40 == 0 else well)(request)
    seconds = 0.1
    while (
        before := len(receiver.receipts)
    ) < 200:  # Rounds that end in the middle; one that is too short for anything is followed by a longer.
        deliver(workshop, seconds=seconds)
        seconds *= 1 if len(receiver.receipts) > before else 2
    # Whoever sends what he has given back writes nothing down.
    assert len(host.attempts()) == len(receiver.receipts)


def test_what_a_dead_courier_had_claimed_is_sent_again_when_its_lease_is_over(
    host: Host, workshop: WorkerResources, receiver: Receiver
) -> None:
    host.posts()
    deliver(workshop)
    with host.database.writing() as session:
        lease = {"state": DeliveryState.DUE, "lease_token": new_id(), "lease_until": _now() + HOUR}
        session.execute(update(Delivery).values(**lease))
    assert deliver(workshop) == 0
    with host.database.writing() as session:
        session.execute(update(Delivery).values(lease_until=_now() - timedelta(seconds=1)))
    assert deliver(workshop) == 1
    assert len({r.id for r in receiver.receipts}) == 1


def test_who_lost_the_lease_writes_nothing_down(host: Host, workshop: WorkerResources, receiver: Receiver) -> None:
    host.posts()

    def lose_the_lease(request: BaseHTTPRequestHandler) -> None:
        with host.database.writing() as session:
            session.execute(update(Delivery).values(lease_token=new_id(), lease_until=_now() + HOUR))
        answers(204)(request)

    receiver.behaviour = lose_the_lease
    deliver(workshop)
    assert host.deliveries()[0].state == DeliveryState.DUE
    assert host.attempts() == []


def test_a_test_goes_out_at_once_even_where_the_endpoint_is_broken_and_heals_it(
    host: Host, workshop: WorkerResources, receiver: Receiver
) -> None:
    host.posts()
    with host.database.writing() as session:
        session.execute(update(Endpoint).values(failures=7, probe_at=_now() + HOUR))
        send_test(session, "news", host.endpoint, now=_now())
    assert deliver(workshop) == 2
    test, approval = receiver.receipts
    assert test.told["type"] == "greenroom.test"
    assert test.verified_with(host.secret)
    assert approval.told["type"] == "comment.approved"


def test_a_failed_test_is_not_repeated_and_counts_for_nothing(host: Host, workshop: WorkerResources, receiver: Receiver) -> None:
    receiver.behaviour = answers(500)
    with host.database.writing() as session:
        send_test(session, "news", host.endpoint, now=_now())
    assert deliver(workshop) == 1
    assert host.deliveries()[0].state == DeliveryState.DEAD
    assert host.looks_at_endpoint().failures == 0


def test_an_idle_courier_reads_once_and_writes_nothing(host: Host, workshop: WorkerResources) -> None:
    said: list[str] = []
    listen.listen(workshop.database.engine, "before_cursor_execute", lambda *call: said.append(call[2]))
    assert deliver(workshop) == 0
    assert len([s for s in said if not s.startswith(("BEGIN", "SELECT 1", "SELECT pg_catalog"))]) <= 2
    assert not any("IMMEDIATE" in s or s.startswith(("UPDATE", "INSERT")) for s in said)


def _judged(database: Database, workshop: WorkerResources) -> None:
    """Twenty comments of a site without endpoints."""
    with database.writing() as session:
        site(session)
        submitted(session, *(draft(f"A calm word, number {n}.") for n in range(20)), now=_now())
    check_pending(workshop, seconds=60.0)


def test_a_verdict_that_no_host_wants_to_hear_of_needs_no_courier(database: Database, workshop: WorkerResources) -> None:
    _judged(database, workshop)
    with database.reading() as session:
        assert list(session.scalars(select(Event.state))) == [EventState.SENT] * 20


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_an_endpoint_is_there_only_when_no_verdict_is_under_way_that_did_not_see_it(
    database: Database, workshop: WorkerResources
) -> None:
    """A verdict that waits for its thread asked before whether a host wants to be told: nobody would tell it of that one."""

    def waiting() -> int:
        with database.reading_quickly() as session:
            return int(session.scalar(text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")) or 0)

    host = Host(database, workshop)
    with database.writing() as session:
        site(session)
        submitted(session, draft("A calm word."), now=_now())
    with Receiver() as receiver, ThreadPoolExecutor() as others:
        with database.writing() as session:
            session.execute(text("SELECT 1 FROM thread FOR UPDATE"))
            judged = others.submit(check_pending, workshop, seconds=60.0)
            wait_until(lambda: waiting() == 1, what="the verdict, which waits for its thread")
            added = others.submit(host.add_endpoint, receiver)
            wait_until(lambda: waiting() == 2 or added.done(), what="the endpoint, which waits for the verdict")
            assert not added.done()
        judged.result()
        endpoint, _ = added.result()
    with database.reading() as session:
        since = session.get_one(Endpoint, endpoint).since
        assert since is not None
        assert session.scalars(select(Event.at)).one() <= since


def test_other_events_of_a_site_without_endpoints_are_put_aside_together(
    database: Database, workshop: WorkerResources, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliveries, "IDLE_EVENTS_WAIT", HOUR)
    _judged(database, workshop)
    with database.writing() as session:
        session.execute(update(Event).values(state=EventState.DUE))
    assert deliver(workshop) == 0
    with database.reading() as session:
        assert session.scalar(select(func.count()).where(Event.state == EventState.DUE)) == 20
    with database.writing() as session:
        session.execute(update(Event).values(due_at=_now() - 2 * HOUR))
    assert deliver(workshop) == 0
    with database.reading() as session:
        assert session.scalar(select(func.count()).where(Event.state == EventState.DUE)) == 0


def test_an_endpoint_that_is_disabled_right_after_a_claim_stops_nobody_elses_webhooks(
    host: Host, workshop: WorkerResources, receiver: Receiver
) -> None:
    host.posts(5)
    with Receiver() as other:
        second, _ = host.add_endpoint(other)
        host.rules(host.posts(1)[0], State.REJECTED)
        left = [second]

        def switched_off(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
            if left and statement.startswith("SELECT delivery.id, delivery.event_id"):
                with host.database.writing() as session:
                    change_endpoint(session, "news", left.pop(), now=_now(), enabled=False)

        listen.listen(workshop.database.engine, "before_cursor_execute", switched_off)
        deliver(workshop)
        assert not left
        assert not other.receipts
    assert len(receiver.receipts) == 7
    assert {delivery.endpoint_id for delivery in host.deliveries() if delivery.state == DeliveryState.DEAD} == {second}


def test_where_there_is_more_than_can_be_sent_no_endpoint_waits_for_the_end_of_it(host: Host, receiver: Receiver) -> None:
    endpoints = {host.endpoint, host.add_endpoint(receiver)[0], host.add_endpoint(receiver)[0]}
    host.posts(40)
    with host.database.writing() as session:
        create_deliveries(session, now=_now())
    leased = {"room": lambda _: 1, "lease": HOUR, "probe_every": HOUR}
    with host.database.writing() as session:
        for _ in range(38):
            claim(session, token=new_id(), limit=2, now=_now(), **leased)
    assert {delivery.endpoint_id for delivery in host.deliveries() if delivery.lease_token} == endpoints


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
    host: Host, workshop: WorkerResources, receiver: Receiver, answer: bytes
) -> None:
    with Receiver(_raw(answer)) as hostile:
        host.add_endpoint(hostile)
        host.posts()
        assert deliver(workshop) == 2
    assert len(receiver.receipts) == len(hostile.receipts) == 1
    assert sorted(attempt.status == 204 for attempt in host.attempts()) == [False, True]
    assert {delivery.tries for delivery in host.deliveries()} == {1}
    assert not any("\0" in attempt.error + attempt.response for attempt in host.attempts())
