"""The delivery worker: every change arrives signed and in order per comment, and tests go out at once."""

from dataclasses import replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler

from sqlalchemy import update

from service.actions.comments.edit_erase import edit, erase
from service.actions.moderation.decide import undo
from service.actions.webhooks.endpoints import rotate, send_test
from service.domain.states import State
from service.store.tables.outbox import DeliveryState, Endpoint, Event, EventType
from tests.support.factories import draft, submitted
from tests.support.webhook_receiver import Receiver, answers
from tests.workers.webhooks.webhook_host import BY_KEY, HOUR, Host, deliver, now
from workers.checking.check_pending import check_pending
from workers.resources.worker_resources import WorkerResources


def test_an_approval_arrives_and_verifies_with_a_library_of_others(
    host: Host, resources: WorkerResources, receiver: Receiver
) -> None:
    (comment_id,) = host.posts()
    assert deliver(resources) == 1
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
    assert deliver(resources) == 0


def test_no_email_and_no_address_leaves_in_a_webhook(host: Host, resources: WorkerResources, receiver: Receiver) -> None:
    with host.database.writing() as session:
        author = {"name": "Ada", "email": "ada@private.example", "id": "u1"}
        submitted(session, draft(author=author, context={"ip": "203.0.113.77"}), now=now())
    check_pending(resources, seconds=60.0)
    deliver(resources)
    (receipt,) = receiver.receipts
    assert b"Ada" in receipt.body
    for private in (b"private.example", b"203.0.113", b"author_key", b"address"):
        assert private not in receipt.body


def test_each_change_of_a_comment_arrives_in_order(host: Host, resources: WorkerResources, receiver: Receiver) -> None:
    ids = host.posts(6)
    for comment_id in ids:
        host.rules(comment_id, State.REJECTED, note="off topic")
        host.rules(comment_id, State.APPROVED)
        with host.database.writing() as session:
            erase(session, "news", comment_id, now=now())
    assert deliver(resources) == 24
    for comment_id in ids:
        mine = [r for r in receiver.receipts if r.comment == str(comment_id)]
        assert [r.sequence for r in mine] == [1, 2, 3, 4]
        assert mine[-1].told["type"] == "comment.erased"
        assert mine[-1].told["data"]["comment"]["text"] == ""
    assert all(r.verified_with(host.secret) for r in receiver.receipts)


def test_a_failing_change_holds_back_its_own_comment_only(host: Host, resources: WorkerResources, receiver: Receiver) -> None:
    first, second = host.posts(2)
    unlucky = str(first)

    def refuse_one(request: BaseHTTPRequestHandler) -> None:
        answers(500 if receiver.receipts[-1].comment == unlucky else 204)(request)

    receiver.behaviour = refuse_one
    workshop_of_one = replace(resources, settings=replace(resources.settings, courier_threads=1))
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


def test_a_decision_taken_back_in_time_is_never_told(host: Host, resources: WorkerResources, receiver: Receiver) -> None:
    (comment_id,) = host.posts()
    deliver(resources)
    decision_id = host.rules(comment_id, State.REJECTED, delay=3600)
    assert deliver(resources) == 0
    with host.database.writing() as session:
        undo(session, "news", [decision_id], actor=BY_KEY, now=now(), delay=timedelta(seconds=5))
    with host.database.writing() as session:
        session.execute(update(Event).values(due_at=now() - timedelta(seconds=1)))
    assert deliver(resources) == 0
    assert len(receiver.receipts) == 1


def test_a_later_change_takes_an_earlier_one_along_that_still_waited(
    host: Host, resources: WorkerResources, receiver: Receiver
) -> None:
    (comment_id,) = host.posts()
    host.rules(comment_id, State.REJECTED, delay=3600)
    with host.database.writing() as session:
        edit(session, "news", comment_id, "Calmer words.", version=None, now=now())
    deliver(resources)
    assert [r.sequence for r in receiver.receipts] == [1, 2, 3]


def test_both_secrets_sign_while_one_is_rotated(host: Host, resources: WorkerResources, receiver: Receiver) -> None:
    with host.database.writing() as session:
        new = rotate(session, "news", host.endpoint, secret_box=host.secret_box, now=now())[1]
    host.posts()
    deliver(resources)
    (receipt,) = receiver.receipts
    assert receipt.verified_with(host.secret)
    assert receipt.verified_with(new)
    assert len(receipt.headers["webhook-signature"].split(" ")) == 2
    with host.database.writing() as session:
        session.execute(update(Endpoint).values(old_secret_until=now() - timedelta(seconds=1)))
    host.posts()
    deliver(resources)
    assert not receiver.receipts[-1].verified_with(host.secret)
    assert receiver.receipts[-1].verified_with(new)


def test_secrets_are_unreadable_in_the_database(host: Host) -> None:
    endpoint = host.looks_at_endpoint()
    assert host.secret not in endpoint.secret
    assert host.secret.removeprefix("whsec_") not in endpoint.secret
    assert host.secret_box.decrypt(endpoint.secret) == host.secret


def test_endpoints_hear_only_what_they_asked_for(host: Host, resources: WorkerResources, receiver: Receiver) -> None:
    with Receiver() as other:
        host.add_endpoint(other, events=[EventType.REJECTED])
        (comment_id,) = host.posts()
        host.rules(comment_id, State.REJECTED)
        deliver(resources)
        assert [r.told["type"] for r in other.receipts] == ["comment.rejected"]
        assert [r.told["type"] for r in receiver.receipts] == ["comment.approved", "comment.rejected"]


def test_a_test_goes_out_at_once_even_where_the_endpoint_is_broken_and_heals_it(
    host: Host, resources: WorkerResources, receiver: Receiver
) -> None:
    host.posts()
    with host.database.writing() as session:
        session.execute(update(Endpoint).values(failures=7, probe_at=now() + HOUR))
        send_test(session, "news", host.endpoint, now=now())
    assert deliver(resources) == 2
    test, approval = receiver.receipts
    assert test.told["type"] == "greenroom.test"
    assert test.verified_with(host.secret)
    assert approval.told["type"] == "comment.approved"


def test_a_failed_test_is_not_repeated_and_counts_for_nothing(host: Host, resources: WorkerResources, receiver: Receiver) -> None:
    receiver.behaviour = answers(500)
    with host.database.writing() as session:
        send_test(session, "news", host.endpoint, now=now())
    assert deliver(resources) == 1
    assert host.deliveries()[0].state == DeliveryState.DEAD
    assert host.looks_at_endpoint().failures == 0
