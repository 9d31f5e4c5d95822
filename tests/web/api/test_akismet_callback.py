"""A held comment stays pending in a blog with Akismet's plugin, and later decisions go to the callback that the plugin names."""

import json
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler

import httpx
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from service.actions.sites.sites_and_keys import add_akismet_key, add_site
from service.config import Settings
from service.domain.security.pseudonyms import Pseudonymizer
from service.store.db.engine import Database
from service.store.lifecycle.integrity import undelivered_events
from service.store.tables.accounts import Role
from service.store.tables.outbox import Delivery, Endpoint
from service.store.tables.sites import HeldIs
from tests.support.newer_akismet_plugin import NewerPlugin, Status
from tests.support.sign_in import Browser, moderator
from tests.support.webhook_receiver import Receiver
from workers.resources.worker_resources import WorkerResources
from workers.webhooks.deliver import deliver

pytestmark = pytest.mark.usefixtures("no_audit")

CALM = "What a thoughtful article, thank you."
#: Is held: a person decides whether a telephone number is allowed.
DOUBTFUL = "Call me at +49 30 12345678, it is about the railing of the bridge."


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return replace(settings, webhook_allow=("127.0.0.0/8",), webhook_timeout=60.0, lease=600.0, decision_delay=0.0)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as receiver:
        yield receiver


@pytest.fixture
def site(database: Database, receiver: Receiver) -> str:
    with database.writing() as session:
        add_site(session, "news", origins=[receiver.url.removesuffix("/hook")], now=datetime.now(UTC))
    return "news"


class Rooms:
    """Greenroom without processes: its web application, its checks, and its delivery worker, each when a test says so."""

    def __init__(self, app: Flask, settings: Settings, database: Database, receiver: Receiver, check: Callable[[], int]) -> None:
        self.app, self._settings, self.database, self._receiver, self.check = app, settings, database, receiver, check

    def blog(self, held_is: HeldIs = HeldIs.PENDING) -> NewerPlugin:
        """A blog with a key of its own, which gets all webhooks."""
        with self.database.writing() as session:
            pseudonyms = Pseudonymizer.from_secret(self._settings.secret)
            key = add_akismet_key(session, "news", pseudonyms=pseudonyms, held_is=held_is, now=datetime.now(UTC))[1]
        client = httpx.Client(transport=httpx.WSGITransport(app=self.app))
        blog = NewerPlugin("http://greenroom.example", key, self._receiver.url.removesuffix("/hook"), client=client)

        def receive(request: BaseHTTPRequestHandler) -> None:
            status, answer = blog.receive(self._receiver.receipts[-1].told)
            body = json.dumps(answer).encode()
            request.send_response(status)
            request.send_header("Content-Length", str(len(body)))
            request.end_headers()
            request.wfile.write(body)

        self._receiver.behaviour = receive
        return blog

    def send(self) -> int:
        """Send what is due, and what waits to be tried again. Returns the number of attempts."""
        with self.database.writing() as session:
            session.execute(update(Delivery).values(due_at=datetime.now(UTC)))
        with closing(WorkerResources.open(self._settings)) as resources:
            return deliver(resources, seconds=60.0)

    def endpoints(self) -> list[Endpoint]:
        with self.database.reading() as session:
            return list(session.scalars(select(Endpoint)))


@pytest.fixture
def rooms(
    app: Flask, settings: Settings, database: Database, receiver: Receiver, site: str, settle_all: Callable[[], int]
) -> Rooms:
    return Rooms(app, settings, database, receiver, settle_all)


@pytest.fixture
def decide(client: FlaskClient, rooms: Rooms) -> Callable[[str | None, str], None]:
    def decide(comment_id: str | None, word: str) -> None:
        assert client.post(f"/v1/comments/{comment_id}/decision", json={"decision": word}).status_code == 200
        assert rooms.send() == 1

    return decide


def test_a_held_comment_is_pending_until_a_person_decides(rooms: Rooms, decide: Callable, client: FlaskClient) -> None:
    blog = rooms.blog()
    number = blog.comment(DOUBTFUL)
    rooms.check()
    # The blog knows already that it is pending.
    assert (rooms.send(), blog.status[number]) == (0, Status.PENDING)
    assert blog.recheck(number) == "false"
    words = ("approve", "reject", "undo", "hold", "approve")
    seen = []
    for word in words:
        decide(blog.guids[number], word)
        seen.append(blog.status[number])
    # The plugin cannot make a published comment pending: it becomes spam.
    assert seen == [Status.APPROVED, Status.SPAM, Status.APPROVED, Status.SPAM, Status.APPROVED]
    with rooms.database.reading() as session:
        assert undelivered_events(session, now=datetime.now(UTC)).count == 0


def test_a_rejected_comment_whose_rejection_is_undone_is_pending_again(rooms: Rooms, decide: Callable) -> None:
    blog = rooms.blog()
    number = blog.comment(DOUBTFUL)
    rooms.check()
    seen = []
    for word in ("reject", "undo", "approve"):
        decide(blog.guids[number], word)
        seen.append(blog.status[number])
    assert seen == [Status.SPAM, Status.PENDING, Status.APPROVED]


def test_a_verdict_that_came_after_the_answer_is_sent(rooms: Rooms, receiver: Receiver) -> None:
    blog = rooms.blog()
    # Nothing checks while the blog waits.
    number = blog.comment(CALM)
    assert blog.status[number] is Status.PENDING
    rooms.check()
    assert rooms.send() == 1
    assert blog.status[number] is Status.APPROVED
    assert receiver.receipts[0].path == "/wp-json/akismet/v1/webhook"
    assert receiver.receipts[0].headers["x-akismet-webhook"] == "1"


def test_approval_reaches_what_the_blog_holds_as_spam(rooms: Rooms, decide: Callable) -> None:
    blog = rooms.blog(HeldIs.SPAM)
    number = blog.comment(DOUBTFUL)
    rooms.check()
    assert blog.status[number] is Status.SPAM
    decide(blog.guids[number], "approve")
    assert blog.status[number] is Status.APPROVED


def test_a_decision_that_is_faster_than_the_blog_is_sent_again(rooms: Rooms, client: FlaskClient, receiver: Receiver) -> None:
    blog = rooms.blog()
    number = blog.comment(DOUBTFUL)
    rooms.check()
    guid, blog.guids[number] = blog.guids[number], None
    client.post(f"/v1/comments/{guid}/decision", json={"decision": "approve"})
    assert rooms.send() == 1
    blog.guids[number] = guid
    assert (rooms.send(), blog.status[number], len(receiver.receipts)) == (1, Status.APPROVED, 2)
    assert rooms.send() == 0


def test_a_callback_that_is_none_of_the_sites_is_ignored(rooms: Rooms) -> None:
    blog = rooms.blog()
    for address in ("http://elsewhere.example/hook", "http://127.0.0.1/hook", "javascript:1", "http://[", ""):
        assert blog.status[blog.comment(DOUBTFUL, callback=address)] is Status.SPAM, address
    assert rooms.endpoints() == []


def test_a_blog_has_one_endpoint_with_its_present_key(rooms: Rooms, decide: Callable, client: FlaskClient) -> None:
    rooms.blog().comment(DOUBTFUL)
    blog = rooms.blog()
    number = blog.comment(f"{DOUBTFUL} Again.")
    rooms.check()
    decide(blog.guids[number], "approve")
    assert blog.status[number] is Status.APPROVED
    [endpoint] = client.get("/v1/endpoints").json["endpoints"]
    assert (endpoint["kind"], endpoint["failures_in_a_row"]) == ("akismet", 0)
    address = f"/v1/endpoints/{endpoint['id']}"
    refused = [client.post(f"{address}/rotate"), client.patch(address, json={"url": "https://news.example/x"})]
    assert [(each.status_code, each.json["errors"][0]["code"]) for each in refused] == [(409, "callback")] * 2
    ada = Browser(rooms.app).signed_in(moderator(rooms.database, "ada@news.example", Role.ADMIN, site="news"))
    listed, page = (ada.get(f"/settings/endpoints{path}").get_data(as_text=True) for path in ("", f"/{endpoint['id']}"))
    assert "A blog with Akismet’s plugin" in listed
    assert "Send a test" in page
    assert "Rotate the secret" not in page
    assert client.patch(address, json={"enabled": False}).status_code == 200
    assert blog.status[blog.comment(f"{DOUBTFUL} Once more.")] is Status.SPAM
