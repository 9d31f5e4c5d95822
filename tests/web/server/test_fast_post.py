"""The fast path for comments and the Flask view give the same responses, to good and to bad requests."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, func, select
from werkzeug.test import Client, TestResponse

from service.actions.sites.sites_and_keys import add_key
from service.config import Settings
from service.domain.errors import Refusal
from service.store.db.engine import Database
from service.store.tables.comments import Comment
from service.store.tables.sites import Scope
from service.web.app import create_app
from service.web.resources import api_key_cache, group_commit
from service.web.server import async_commit, fast_post
from service.web.server.asgi import AsgiApp
from tests.support.factories import NOON
from tests.support.fast_path_app import Front

REQUEST_ID = "0190d1f0-0000-7000-8000-000000000001"
PLAIN: dict[str, Any] = {"thread": {"id": "a-page"}, "text": "A calm word."}
WHOLE: dict[str, Any] = {
    "thread": {"id": "https://news.example/a b?c=d", "url": "https://news.example/x", "title": "A “title”"},
    "text": "Ünïcode 🙂 and\ttabs",
    "author": {"name": "Jo", "email": "jo@example.org", "url": "https://jo.example", "id": "42", "verified": True},
    "context": {"ip": "2001:db8::1", "user_agent": "x", "posted_at": "2026-01-01T00:00:00Z", "seconds_to_submit": 3},
}
#: Requests that the fast path handles itself.
ORDINARY: dict[str, dict[str, Any]] = {
    "plain": {"json": PLAIN},
    "whole": {"json": WHOLE},
    "with a key": {"json": PLAIN, "headers": {"Idempotency-Key": "k-1"}},
    "the same key again": {"json": PLAIN, "headers": {"Idempotency-Key": "k-1"}},
    "with a charset": {"data": json.dumps(PLAIN), "content_type": "application/json; charset=utf-8"},
    "with the host's own id": {"json": {**PLAIN, "external_id": "e-1"}},
    "as a reply": {"json": {**PLAIN, "parent": "e-1"}},
}
#: Requests that it passes on to the view: before or after it has read, counted or even stored them.
LEFT: dict[str, dict[str, Any]] = {
    "no key": {"json": PLAIN, "headers": {"Authorization": ""}},
    "a wrong key": {"json": PLAIN, "headers": {"Authorization": "Bearer grk_wrong"}},
    "a key in lower case": {"json": PLAIN, "headers": {"Authorization": "bearer {key}"}},
    "a key that may only read": {"json": PLAIN, "headers": {"Authorization": "Bearer {reader}"}},
    "no JSON": {"data": b"{", "content_type": "application/json"},
    "an empty body": {"data": b"", "content_type": "application/json"},
    "no UTF-8": {"data": b'{"text": "\xff"}', "content_type": "application/json"},
    "a name twice": {"data": b'{"text": "a", "text": "b", "thread": {"id": "x"}}', "content_type": "application/json"},
    "a field too many": {"json": {**PLAIN, "mood": "good"}},
    "no words": {"json": {**PLAIN, "text": " \u200b "}},
    "another type": {"data": b"text=x", "content_type": "application/x-www-form-urlencoded"},
    "another charset": {"data": json.dumps(PLAIN), "content_type": "application/json; charset=latin-1"},
    "packed": {"json": PLAIN, "headers": {"Content-Encoding": "gzip"}},
    "longer than is read on the loop": {
        "json": {
            **PLAIN,
            "text": "Long words. " * 800,
            "context": {"referrer": "r" * 2000, "user_agent": "u" * 1000, "honeypot": "h" * 1000},
            "author": {"url": "https://x.example/" + "u" * 2000},
            "thread": {"id": "a-page", "url": "https://x.example/" + "u" * 2000, "title": "t" * 1000},
        }
    },
    "too large": {"data": b" " * 66_000, "content_type": "application/json"},
    "a bad Idempotency-Key": {"json": PLAIN, "headers": {"Idempotency-Key": "a b"}},
    "an empty Idempotency-Key": {"json": PLAIN, "headers": {"Idempotency-Key": ""}},
    "a key with another body": {"json": {**PLAIN, "text": "Other."}, "headers": {"Idempotency-Key": "k-1"}},
    "the same id with other words": {"json": {**PLAIN, "external_id": "e-1", "text": "Other."}},
    "an unknown parent": {"json": {**PLAIN, "parent": "nobody"}},
    "a wait": {"json": PLAIN, "headers": {"Prefer": "wait=0"}},
    "a strange host": {"json": PLAIN, "headers": {"Host": "a b<c>"}},
    "another method": {"method": "PUT", "json": PLAIN},
}
ALL = {**ORDINARY, **LEFT}


@pytest.fixture
def reader(database: Database, site: str) -> str:
    """A key without the scope to send comments."""
    with database.writing() as session:
        return add_key(session, site, scopes=[Scope.READ], now=NOON)[1]


@pytest.fixture
def apps(settings: Settings, key: str, reader: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., TestResponse]]:
    """Sends to one application, through the fast path or directly to its views. Both keys are cached."""
    monkeypatch.setattr(api_key_cache, "TTL", 3600.0)
    app = create_app(settings)
    ways = {True: Client(Front(AsgiApp(app))), False: Client(app)}

    def send(*, front: bool, **request: Any) -> TestResponse:
        headers = {"Authorization": "Bearer {key}", "X-Request-Id": REQUEST_ID, **request.pop("headers", {})}
        headers = {name: value.format(key=key, reader=reader) for name, value in headers.items()}
        return ways[front].open("/v1/comments", **{"method": "POST", **request}, headers=headers)

    for token in ("{key}", "{reader}"):
        ways[True].get("/v1/comments", headers={"Authorization": "Bearer " + token.format(key=key, reader=reader)})
    yield send
    app.extensions["greenroom"].close()


def _seen(response: TestResponse) -> tuple[int, list[tuple[str, str]], str]:
    """A response without the values that differ each time: ids and the remaining quota."""
    headers = sorted((name, _masked(value)) for name, value in response.headers if name != "RateLimit")
    return response.status_code, headers, _masked(response.get_data(as_text=True))


def _masked(text: str) -> str:
    return re.sub(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}", lambda found: found[0] if found[0] == REQUEST_ID else "an-id", text)


def _left(response: TestResponse) -> int | None:
    found = re.search(r";r=(\d+)", response.headers.get("RateLimit", ""))
    return int(found[1]) if found else None


def test_both_lanes_answer_alike_and_count_a_call_once(apps: Callable[..., TestResponse]) -> None:
    for request in ORDINARY.values():
        apps(front=False, **request)  # So that both find the same keys and ids already known.
    for name, request in ALL.items():
        view, front, view_again = apps(front=False, **request), apps(front=True, **request), apps(front=False, **request)
        assert _seen(front) == _seen(view), name
        if _left(view) is not None and view.headers["RateLimit-Policy"] == front.headers["RateLimit-Policy"]:
            assert _left(view) - _left(front) == _left(front) - _left(view_again) == 1, name


def test_ordinary_comments_never_reach_flask(apps: Callable[..., TestResponse], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Flask, "full_dispatch_request", lambda _: pytest.fail("it went through Flask"))
    for name, request in ORDINARY.items():
        assert apps(front=True, **request).status_code == 202, name


def test_past_the_quota_the_lane_refuses_like_the_view(settings: Settings, key: str, database: Database) -> None:
    app = create_app(replace(settings, rate_per_minute=2))
    client = Client(Front(AsgiApp(app)))
    headers = {"Authorization": f"Bearer {key}"}
    answers = [client.post("/v1/comments", json=PLAIN, headers=headers) for _ in range(4)]
    app.extensions["greenroom"].close()
    assert [answer.status_code for answer in answers] == [202, 202, 429, 429]
    assert "Retry-After" in answers[-1].headers
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Comment)) == 2


def test_a_failure_in_the_lane_is_shaped_by_the_view_and_not_tried_twice(
    settings: Settings, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api_key_cache, "TTL", 3600.0)
    app = create_app(settings)
    client, tried = Client(Front(AsgiApp(app))), []
    client.get("/v1/comments", headers={"Authorization": f"Bearer {key}"})

    def fail(*_: object, **__: object) -> None:
        tried.append(1)
        raise Refusal("no such luck")

    monkeypatch.setattr(group_commit, "submit", fail)
    answer = client.post("/v1/comments", json=PLAIN, headers={"Authorization": f"Bearer {key}"})
    app.extensions["greenroom"].close()
    assert answer.content_type == "application/problem+json"
    assert len(tried) == 1


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_comment_that_waited_in_vain_does_not_ask_for_its_key_again(
    settings: Settings, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database hangs: a second query would hold a thread for seconds."""
    monkeypatch.setattr(async_commit, "PATIENCE", 1.5)
    monkeypatch.setattr(api_key_cache, "TTL", 1.0)
    app, asked = create_app(settings), []
    client, database = Client(Front(AsgiApp(app))), app.extensions["greenroom"].database
    headers = {"Authorization": f"Bearer {key}"}
    assert client.post("/v1/comments", json=PLAIN, headers=headers).status_code == 202
    event.listen(database.engine, "before_cursor_execute", lambda *call: asked.append(call[2]))
    with database.turn():
        answer = client.post("/v1/comments", json=PLAIN, headers=headers)
    app.extensions["greenroom"].close()
    assert (answer.status_code, answer.json["code"]) == (503, "unavailable")
    assert not [statement for statement in asked if "api_key" in statement]


def test_past_the_quota_no_body_is_read(settings: Settings, key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    app, read = create_app(replace(settings, rate_per_minute=2)), []
    monkeypatch.setattr(fast_post, "parse_fast", lambda *given: read.append(given))
    client = Client(Front(AsgiApp(app)))
    answers = [client.post("/v1/comments", json=PLAIN, headers={"Authorization": f"Bearer {key}"}) for _ in range(5)]
    app.extensions["greenroom"].close()
    assert [answer.status_code for answer in answers] == [202, 202, 429, 429, 429]
    assert len(read) == 1  # The first request's key has to be looked up.
