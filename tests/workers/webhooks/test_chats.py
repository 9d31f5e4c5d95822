"""Messages to chats go the way of every webhook: one for a minute, tried again, without anything private."""

import json
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select, update

from service.actions.webhooks.chats import ChatSettings, add_chat, change_chat
from service.actions.webhooks.create_deliveries import create_deliveries
from service.actions.webhooks.endpoints import send_test
from service.domain.audit_events import AuditEvent
from service.domain.states import State
from service.store.db.engine import Database
from service.store.tables.audit_log import AuditEntry
from service.store.tables.comments import Comment
from service.store.tables.outbox import Delivery, DeliveryState, Endpoint, EndpointKind, EventType
from tests.support.factories import draft, site, submitted
from tests.support.webhook_receiver import Receiver, answers
from tests.workers.webhooks.webhook_host import HOUR, Host, deliver, now
from workers.periodic.tell_of_old_queues import tell_of_old_queues
from workers.resources.worker_resources import WorkerResources

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
ALLOW = ("127.0.0.0/8",)
HELD, APPROVED = EventType.HELD, EventType.APPROVED


class Chat(Host):
    """A site whose only endpoint is a chat."""

    def opens(self, receiver: Receiver, kind: EndpointKind = EndpointKind.SLACK, *, query: str = "", **more: object) -> UUID:
        wanted = ChatSettings(receiver.url + query, (HELD, APPROVED), **more)
        with self.database.writing() as session:
            chat = add_chat(session, "news", kind, wanted, secret_box=self.secret_box, now=now(), allow=ALLOW)
            self.endpoint = chat.id
        return self.endpoint

    def holds(self, count: int = 1, text: str = "A calm word.") -> list[UUID]:
        author = {"name": "Ada @everyone", "email": "ada@private.example"}
        with self.database.writing() as session:
            drafts = [draft(f"{text} {n}", author=author, context={"ip": "203.0.113.77"}) for n in range(count)]
            ids = submitted(session, *drafts, now=now())
        for comment_id in ids:
            self.rules(comment_id, State.HELD)
        return ids

    def minute_ends(self) -> None:
        """Create the deliveries, and let their minute end before any is sent."""
        with self.database.writing() as session:
            create_deliveries(session, now=now())
        self.waits()
        deliver(self.resources)


@pytest.fixture
def chat(database: Database, resources: WorkerResources) -> Chat:
    with database.writing() as session:
        site(session)
    return Chat(database, resources)


def told(receiver: Receiver) -> list[str]:
    return [json.loads(receipt.body)["text"] for receipt in receiver.receipts]


def test_a_held_comment_is_told_with_a_link_and_nothing_private(chat: Chat, receiver: Receiver) -> None:
    chat.opens(receiver)
    (comment_id,) = chat.holds()
    chat.minute_ends()
    (receipt,) = receiver.receipts
    link = f"{chat.resources.settings.url}/queue/comments/{comment_id}?site=news"
    assert told(receiver) == [f"news: A comment was held for a moderator on “page”.\n{link}"]
    assert "webhook-signature" not in receipt.headers
    for private in ("Ada", "private.example", "203.0.113", "calm"):
        assert private not in receipt.body.decode()


def test_words_are_shown_only_where_the_site_chose_so(chat: Chat, receiver: Receiver) -> None:
    chat.opens(receiver, shows_words=True)
    chat.holds(text="See <https://evil.example> @channel")
    chat.minute_ends()
    (text,) = told(receiver)
    assert "Ada ＠everyone: “See ＜https:\u2060／／evil.\u2060example＞ ＠channel 0”" in text
    assert "private.example" not in text


def test_a_burst_is_one_message_and_each_delivery_is_recorded(chat: Chat, receiver: Receiver) -> None:
    chat.opens(receiver)
    first, *_ = chat.holds(12)
    chat.rules(first, State.APPROVED)
    chat.minute_ends()
    (text,) = told(receiver)
    assert text.startswith("news: 12 comments were held for a moderator. A comment was approved.")
    assert text.endswith("/queue?site=news")
    assert {delivery.state for delivery in chat.deliveries()} == {DeliveryState.DONE}
    assert len(chat.deliveries()) == len(chat.attempts()) == 13


def test_what_happens_within_a_minute_is_due_at_its_end(chat: Chat, receiver: Receiver) -> None:
    chat.opens(receiver)
    chat.holds(2)
    later = now().replace(minute=7, second=31) + HOUR
    with chat.database.writing() as session:
        create_deliveries(session, now=later)
    assert {delivery.due_at for delivery in chat.deliveries()} == {later.replace(minute=8, second=0, microsecond=0)}


def test_what_failed_joins_the_next_message(chat: Chat, receiver: Receiver) -> None:
    receiver.behaviour = answers(500)
    chat.opens(receiver)
    chat.holds(3)
    chat.minute_ends()
    assert {(d.state, d.tries, d.due_at.second) for d in chat.deliveries()} == {(DeliveryState.DUE, 1, 0)}
    assert chat.looks_at_endpoint().failures == 1
    receiver.behaviour = answers(200)
    chat.holds(2)
    chat.minute_ends()
    assert len(receiver.receipts) == 2
    assert told(receiver)[1].startswith("news: 5 comments were held")
    assert chat.looks_at_endpoint().failures == 0


def test_a_broken_chat_is_probed_and_then_gets_all_in_one_message(chat: Chat, receiver: Receiver) -> None:
    chat.opens(receiver)
    chat.holds(4)
    with chat.database.writing() as session:
        session.execute(update(Endpoint).values(failures=5, probe_at=now() - HOUR))
    chat.minute_ends()
    assert [text.partition(".")[0] for text in told(receiver)] == ["news: 4 comments were held for a moderator"]


@pytest.mark.parametrize(
    ("kind", "query", "path"),
    [
        (EndpointKind.DISCORD, "", ("content",)),
        (EndpointKind.TELEGRAM, "/sendMessage?chat_id=-7", ("text",)),
        (EndpointKind.TEAMS, "", ("attachments", 0, "content", "body", 0, "text")),
        (EndpointKind.GOOGLE_CHAT, "", ("text",)),
    ],
)
def test_a_test_message_goes_out_at_once(chat: Chat, receiver: Receiver, kind: EndpointKind, query: str, path: tuple) -> None:
    endpoint = chat.opens(receiver, kind, query=query)
    with chat.database.writing() as session:
        send_test(session, "news", endpoint, now=now())
    deliver(chat.resources)
    (receipt,) = receiver.receipts
    body = json.loads(receipt.body)
    for step in path:
        body = body[step]
    assert body.startswith("news: This is a test message of Greenroom.")
    assert receipt.path == "/hook" + query.partition("?")[0]


def test_the_address_of_a_chat_is_a_secret(chat: Chat, receiver: Receiver) -> None:
    endpoint = chat.opens(receiver, query="/T0/secret-B1-wxyz")
    with chat.database.reading() as session:
        row = session.get_one(Endpoint, endpoint)
        entries = session.scalars(select(AuditEntry)).all()
    assert row.url.endswith("/…wxyz")
    assert "secret-B1" not in row.url + row.secret + "".join(str(entry.details) for entry in entries)
    # The second change has an address that looks the same, and is in the audit log too.
    for url in ("", f"{receiver.url}/T0/secret-B2-wxyz"):
        with chat.database.writing() as session:
            wanted = ChatSettings(url, (HELD,), old_after=30)
            change_chat(session, "news", endpoint, wanted, secret_box=chat.secret_box, now=now(), allow=ALLOW)
    with chat.database.reading() as session:
        assert len(session.scalars(select(AuditEntry).where(AuditEntry.event == AuditEvent.ENDPOINT_CHANGED)).all()) == 2
    chat.holds()
    chat.minute_ends()
    assert receiver.receipts[0].path.endswith("secret-B2-wxyz")


def test_a_chat_on_a_private_network_is_not_called(chat: Chat, receiver: Receiver) -> None:
    chat.opens(receiver)
    chat.holds()
    closed = WorkerResources.open(replace(chat.resources.settings, webhook_allow=()))
    chat.resources = closed
    chat.minute_ends()
    closed.close()
    assert receiver.receipts == []
    assert chat.attempts()


def test_an_old_queue_is_told_once_until_it_was_empty_or_a_day_has_passed(chat: Chat, receiver: Receiver) -> None:
    chat.opens(receiver, old_after=60)
    with chat.database.writing() as session:
        (old,) = submitted(session, draft("This waits."), now=now())
        session.execute(update(Comment).values(state=State.HELD))
    start = now()

    def looks(after: timedelta) -> int:
        return tell_of_old_queues(chat.resources, start + after)

    assert [looks(HOUR / 2), looks(HOUR * 2), looks(HOUR * 3), looks(HOUR * 27)] == [0, 1, 0, 1]
    with chat.database.writing() as session:
        session.execute(update(Comment).values(state=State.APPROVED))
    assert looks(HOUR * 28) == 0
    with chat.database.writing() as session:
        session.execute(update(Comment).values(state=State.HELD))
    assert looks(HOUR * 29) == 1
    chat.minute_ends()
    (text,) = told(receiver)
    assert text.startswith("news: A comment has waited for more than 60 minutes.")
    with chat.database.reading() as session:
        assert session.scalars(select(Delivery.endpoint_id)).all() == [chat.endpoint] * 3
    assert old
