"""The host API for threads: a page is renamed, moved, or joined with another."""

from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import quote

from flask.testing import FlaskClient
from sqlalchemy import func, select

from service.actions.sites.sites_and_keys import add_key
from service.domain.ids import thread_id
from service.domain.states import State
from service.store.db.engine import Database
from service.store.tables.audit_log import AuditEntry
from service.store.tables.comments import Thread
from service.store.tables.outbox import Event
from service.store.tables.sites import Scope
from tests.support.factories import NOON, draft, site, submitted
from tests.support.seeding import Seed, sow

Post = Callable[..., str]


def change(client: FlaskClient, thread: str, expected: int = 200, **body: object) -> dict:
    response = client.patch(f"/v1/threads/{quote(thread, safe='')}", json=body)
    assert response.status_code == expected, response.data
    return response.json


def feed(client: FlaskClient, thread: str) -> dict:
    return client.get(f"/v1/threads/{quote(thread, safe='')}/comments?site=news").json


def events(database: Database) -> list[str]:
    with database.reading() as session:
        return list(session.scalars(select(AuditEntry.event).where(AuditEntry.event == "thread_moved")))


def test_a_title_and_an_address_are_replaced_at_once_and_what_is_left_out_stays(
    client: FlaskClient, post: Post, database: Database
) -> None:
    post(thread={"id": "/a page", "url": "https://news.example/a", "title": "Old headlne"})
    etag = client.get("/v1/threads/%2Fa%20page/comments?site=news").headers["ETag"]
    changed = change(client, "/a page", title="Headline")
    assert changed == {
        "id": "/a page", "url": "https://news.example/a", "title": "Headline", "state": "open", "approved": 0, "moved": 0,
    }  # fmt: skip
    shown = client.get("/v1/threads/%2Fa%20page/comments?site=news", headers={"If-None-Match": etag})
    assert shown.json["thread"]["title"] == "Headline"
    assert change(client, "/a page", url="")["url"] == ""
    assert len(events(database)) == 2
    change(client, "/a page", title="Headline")
    assert len(events(database)) == 2, "nothing changed"


def test_comments_and_replies_move_to_the_new_id(client: FlaskClient, database: Database) -> None:
    [root] = sow(database, "news", [Seed("Lovely.", "Ann", thread="old", state=State.APPROVED, minutes=9)])
    sow(database, "news", [Seed("Indeed.", "Ben", thread="old", state=State.APPROVED, minutes=8, parent=str(root))])
    sow(database, "news", [Seed("Rude.", "Cay", thread="old", minutes=7)])
    before = datetime.now(UTC)
    with database.reading() as session:
        told = session.scalar(select(func.count()).select_from(Event))
    changed = change(client, "old", id="/new")
    assert (changed["id"], changed["title"], changed["approved"], changed["moved"]) == ("/new", "old", 2, 3)
    shown = feed(client, "/new")
    assert (shown["count"], shown["comments"][0]["text"], shown["comments"][0]["replies"][0]["text"]) == (2, "Lovely.", "Indeed.")
    assert feed(client, "old") == {
        "thread": {"id": "old", "url": "", "title": ""},
        "count": 0,
        "comments": [],
        "next_cursor": None,
    }
    listed = client.get("/v1/comments", query_string={"updated_after": before.isoformat()}).json["comments"]
    assert {(comment["text"], comment["thread"]["id"]) for comment in listed} == {
        ("Lovely.", "/new"), ("Indeed.", "/new"), ("Rude.", "/new"),
    }  # fmt: skip
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Event)) == told, "no state changed"
        assert session.get(Thread, thread_id("news", "old")) is None
    change(client, "old", 404, id="/newer")


def test_two_threads_become_one_only_if_that_is_said(client: FlaskClient, database: Database) -> None:
    seeds = [Seed("One.", thread="part-1", state=State.APPROVED, minutes=9), Seed("Two.", thread="part-2", state=State.APPROVED)]
    sow(database, "news", seeds)
    refused = change(client, "part-1", 409, id="part-2")
    assert refused["errors"][0]["pointer"] == "/id"
    assert feed(client, "part-1")["count"] == 1
    assert change(client, "part-1", id="part-2", join=True, title="Both")["approved"] == 2
    shown = feed(client, "part-2")
    assert [comment["text"] for comment in shown["comments"]] == ["One.", "Two."]
    assert shown["thread"]["title"] == "Both"


def test_a_thread_that_comes_back_has_no_earlier_etag(client: FlaskClient, database: Database) -> None:
    sow(database, "news", [Seed("One.", thread="here", state=State.APPROVED)])
    address, tags = "/v1/threads/here/comments?site=news", set()
    for other in ("there", "yonder", "there"):
        tags.add(client.get(address).headers["ETag"])
        change(client, "here", id=other)
        change(client, other, id="here")
    tags.add(client.get(address).headers["ETag"])
    assert len(tags) == 4


def test_a_site_never_moves_the_thread_of_another(client: FlaskClient, database: Database) -> None:
    with database.writing() as session:
        site(session, "blog")
        submitted(session, draft(thread="theirs"), site_id="blog")
        reader = add_key(session, "news", scopes=[Scope.READ], now=NOON)[1]
    change(client, "theirs", 404, id="mine")
    change(client, "theirs", 404, title="Mine")
    assert client.patch("/v1/threads/x", json={}, headers={"Authorization": f"Bearer {reader}"}).status_code == 403
