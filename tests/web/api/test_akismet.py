"""Clients of Akismet's protocol work unchanged: their keys, their two responses, their reports."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode
from uuid import UUID

import akismet
import httpx
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import Client

from service.actions.sites.sites_and_keys import add_akismet_key, add_site
from service.config import Settings
from service.domain.security.pseudonyms import Pseudonymizer
from service.store.db.engine import Database
from service.store.tables.comments import Comment
from service.store.tables.sites import ApiKey, HeldIs
from service.web.server import wsgi_adapter
from service.web.server.asgi import AsgiApp
from tests.support.fast_path_app import Front
from tests.support.servers import wait_until
from tests.support.web_server import Web

BLOG = "https://news.example"
GUID = "X-akismet-guid"
CALM = {
    "user_ip": "192.0.2.1",
    "comment_content": "What a thoughtful article, thank you.",
    "comment_author": "Dana",
    "permalink": f"{BLOG}/a",
}
FOUL = CALM | {"comment_content": "You are a complete fuckwit and so is your dog."}


def key_of(database: Database, settings: Settings, *, held_is: HeldIs = HeldIs.SPAM) -> str:
    with database.writing() as session:
        pseudonyms = Pseudonymizer.from_secret(settings.secret)
        return add_akismet_key(session, "news", pseudonyms=pseudonyms, held_is=held_is, now=datetime.now(UTC))[1]


@pytest.fixture
def token(database: Database, settings: Settings, site: str) -> str:
    return key_of(database, settings)


def said(response) -> str:
    assert response.status_code == 200
    assert response.content_type == "text/plain; charset=utf-8"
    return response.get_data(as_text=True)


def test_a_key_is_valid_wherever_the_client_puts_it(plugin: FlaskClient, token: str, key: str) -> None:
    assert len(token) == 12
    assert said(plugin.post("/1.1/verify-key", data={"key": token, "blog": BLOG})) == "valid"
    assert said(plugin.post("/1.1/verify-key", data={"api_key": token})) == "valid"
    assert said(plugin.post("/1.1/verify-key", json={"key": token})) == "valid"
    assert said(plugin.post("/1.1/verify-key", headers={"Host": f"{token}.rest.greenroom.example"})) == "valid"
    for wrong in ("", "0" * 12, token[:-1], token.upper() if token.upper() != token else "x", key, "\0" * 12):
        assert said(plugin.post("/1.1/verify-key", data={"key": wrong})) == "invalid"
        for path in ("comment-check", "submit-spam", "submit-ham"):
            assert said(plugin.post(f"/1.1/{path}", data=CALM | {"api_key": wrong})) == "invalid"


def test_such_a_key_opens_nothing_else_and_its_digest_gives_nothing_away(app: Flask, token: str, database: Database) -> None:
    import hashlib

    assert app.test_client().get("/v1/comments", headers={"Authorization": f"Bearer {token}"}).status_code == 401
    with database.reading() as session:
        kept = session.scalar(select(ApiKey.digest).where(ApiKey.kind == "akismet"))
    assert kept != hashlib.sha256(token.encode()).hexdigest()


def test_what_is_agreed_to_be_spam_is_spam_and_not_stored(plugin: FlaskClient, token: str, database: Database) -> None:
    for author in ({"comment_author": "viagra-test-123"}, {"comment_author_email": "akismet-guaranteed-spam@example.com"}):
        assert said(plugin.post("/1.1/comment-check", data=CALM | author | {"api_key": token})) == "true"
    with database.reading() as session:
        assert session.scalar(select(Comment.id)) is None


def test_an_administrator_is_never_suspected(plugin: FlaskClient, token: str, database: Database) -> None:
    for role in ("administrator", "editor,administrator", " Administrator , shop_manager"):
        for more in ({}, {"is_test": "1"}, {"recheck_reason": "recheck_queue", "comment_ID": "7"}):
            asked = FOUL | more | {"api_key": token, "user_role": role}
            assert said(plugin.post("/1.1/comment-check", data=asked)) == "false"
    with database.reading() as session:
        assert session.scalar(select(Comment.id)) is None


def test_the_key_under_test_is_the_one_in_key(plugin: FlaskClient, token: str) -> None:
    # WordPress adds its stored key to every request.
    for wrong in ("0" * 12, "short", "", token.upper() + "x"):
        answer = plugin.post("/1.1/verify-key", data={"key": wrong, "api_key": token}, headers={"Host": f"{token}.example"})
        assert said(answer) == "invalid", wrong
    assert said(plugin.post("/1.1/verify-key", data={"key": token, "api_key": "0" * 12})) == "valid"
    assert said(plugin.post("/1.1/comment-check", data=CALM | {"key": "0" * 12, "api_key": token})) in ("true", "false")


def test_every_answer_to_a_check_has_a_guid(
    plugin: FlaskClient, token: str, client: FlaskClient, settle_all: Callable, app: Flask
) -> None:
    """WordPress ignores a response without a guid, and publishes the comment."""
    asked = CALM | {"api_key": token}
    held = plugin.post("/1.1/comment-check", data=asked)
    settle_all()
    judged = plugin.post("/1.1/comment-check", data=asked | {"recheck_reason": "recheck_queue"})
    assert (said(held), said(judged)) == ("true", "false")
    [comment] = client.get("/v1/comments").json["comments"]
    assert held.headers[GUID] == judged.headers[GUID] == comment["id"]
    for unusual in (
        {"comment_author": "viagra-test-123"}, {"user_role": "administrator"}, {"is_test": "1"}, {"api_key": "0" * 12},
        {"comment_content": "a" * 300_000},
    ):  # fmt: skip
        assert UUID(plugin.post("/1.1/comment-check", data=asked | unusual).headers[GUID])
    broken = plugin.post("/1.1/comment-check", data=b"{", content_type="application/json")
    assert UUID(broken.headers[GUID]) != UUID(held.headers[GUID])


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_check_that_finds_no_place_has_a_guid_too(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wsgi_adapter, "MAX_WAITING", 0)
    client = Client(Front(AsgiApp(app)))
    busy = client.post("/1.1/comment-check", data=CALM)
    assert busy.status_code == 503
    assert UUID(busy.headers[GUID])
    assert GUID not in client.post("/v1/comments", data=CALM).headers


@pytest.mark.parametrize("held_is", HeldIs)
def test_a_plugin_keeps_a_held_comment_pending_or_calls_it_spam(
    plugin: FlaskClient, client: FlaskClient, database: Database, settings: Settings, site: str, held_is: HeldIs
) -> None:
    asked = CALM | {"api_key": key_of(database, settings, held_is=held_is)}
    for again in ({}, {"recheck_reason": "recheck_queue", "comment_ID": "7"}):
        held = plugin.post("/1.1/comment-check", data=asked | again)
        assert said(held) == ("false" if held_is is HeldIs.HAM else "true")
        # The plugin publishes pending comments after twice that time: twenty years.
        assert held.headers.get("X-akismet-recheck-after") == ("315360000" if held_is is HeldIs.HAM else None)
    # On its own timer the plugin publishes every comment with the response `false`, and reads no header.
    assert said(plugin.post("/1.1/comment-check", data=asked | {"recheck_reason": "retry", "comment_ID": "7"})) == "true"


@pytest.mark.parametrize("held_is", HeldIs)
def test_without_a_verdict_in_time_the_sites_answer_for_held_is_given(
    plugin: FlaskClient, database: Database, settings: Settings, site: str, held_is: HeldIs
) -> None:
    token = key_of(database, settings, held_is=held_is)
    response = plugin.post("/1.1/comment-check", data=CALM | {"api_key": token})
    assert said(response) == ("false" if held_is is HeldIs.HAM else "true")
    assert "X-akismet-pro-tip" not in response.headers
    with database.reading() as session:
        comment = session.scalar(select(Comment))
    assert (comment.text, comment.author_name, comment.state) == (CALM["comment_content"], "Dana", "pending")


def test_a_second_key_leaves_the_answers_of_the_first_alone(
    plugin: FlaskClient, database: Database, settings: Settings, site: str
) -> None:
    keys = {held_is: key_of(database, settings, held_is=held_is) for held_is in (HeldIs.HAM, HeldIs.SPAM)}
    asked = {held_is: said(plugin.post("/1.1/comment-check", data=CALM | {"api_key": keys[held_is]})) for held_is in keys}
    assert asked == {HeldIs.HAM: "false", HeldIs.SPAM: "true"}


def test_what_came_by_a_contact_form_is_in_no_feed(plugin: FlaskClient, client: FlaskClient, token: str) -> None:
    plugin.post("/1.1/comment-check", data=CALM | {"api_key": token, "comment_type": "contact-form"})
    [comment] = client.get("/v1/comments").json["comments"]
    assert client.post(f"/v1/comments/{comment['id']}/decision", json={"decision": "approve"}).status_code == 200
    feeds = [
        client.get(f"/v1/threads/{name}/comments?site=news") for name in ("https%3A%2F%2Fnews.example%2Fa", "-", "contact-form")
    ]
    assert [feed.json["count"] for feed in feeds] == [0, 0, 0]


@pytest.mark.parametrize(
    ("charset", "text"),
    [("ISO-8859-1", "Grüße – 5 €"), ("windows-1251", "Спасибо"), ("Shift_JIS", "ありがとう"), ("utf-8", "Grüße")],
)
def test_the_encoding_of_the_blog_is_honoured(
    plugin: FlaskClient, token: str, client: FlaskClient, charset: str, text: str
) -> None:
    encoding = {"ISO-8859-1": "cp1252"}.get(charset, charset)
    fields = CALM | {"api_key": token, "comment_content": text, "blog_charset": charset}
    form = {"data": urlencode(fields, encoding=encoding), "content_type": "application/x-www-form-urlencoded"}
    assert said(plugin.post("/1.1/comment-check", **form)) in ("true", "false")
    assert client.get("/v1/comments").json["comments"][0]["text"] == text


def test_a_wrong_encoding_is_taken_for_utf_8(plugin: FlaskClient, token: str, client: FlaskClient) -> None:
    for charset in ("EUC-KR", "rot13", "idna", "no such thing", "\0", "utf-16", ""):
        fields = CALM | {"api_key": token, "comment_content": f"Grüße 😀 {charset}".rstrip("\0"), "blog_charset": charset}
        assert said(plugin.post("/1.1/comment-check", data=fields)) in ("true", "false")
    texts = [comment["text"] for comment in client.get("/v1/comments").json["comments"]]
    assert len(texts) == 7
    assert all(text.startswith("Grüße 😀") for text in texts)


NONSENSE = [
    {"comment_content": "a\0b" * 5000, "comment_author": "x" * 9000, "comment_author_email": "not an address", "comment_author_url": "javascript:1"},
    {"comment_content": "", "user_ip": "no address", "comment_date_gmt": "yesterday"}, {"comment_date_gmt": "9" * 39, "blog_lang": "x" * 500},
    {"comment_date_gmt": "2026-01-01T00:00:00", "honeypot_field_name": "trap", "trap": "filled"}, {"unknown": "field" * 1000}, {"permalink": " "},
]  # fmt: skip


def test_nonsense_is_capped_or_left_out_and_never_refused(plugin: FlaskClient, token: str) -> None:
    for nonsense in NONSENSE:
        assert said(plugin.post("/1.1/comment-check", data={"api_key": token, **nonsense})) in ("true", "false")
    strange = {"comment_content": ["a"], "comment_author": {"a": 1}, "user_ip": 7, "is_test": True, "api_key": token}
    assert said(plugin.post("/1.1/comment-check", json=strange)) in ("true", "false")
    for body in (b"[1]", b"{", b"\xff", b"null"):
        assert said(plugin.post("/1.1/comment-check", data=body, content_type="application/json")) == "invalid"
    assert plugin.post("/1.1/comment-check", data={"comment_content": "a" * 300_000}).status_code == 413


@pytest.fixture
def web(database_url: str, tmp_path: Path) -> Iterator[Web]:
    with Web(tmp_path, DATABASE_URL=database_url) as web:
        yield web


class _Here(httpx.HTTPTransport):
    """Redirects a client with a fixed URL to another URL."""

    def __init__(self, port: int) -> None:
        super().__init__()
        self._port = port

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.url = request.url.copy_with(scheme="http", host="127.0.0.1", port=self._port)
        return super().handle_request(request)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_published_client_is_understood(web: Web) -> None:
    database = Database(web.settings.database)
    with database.writing() as session:
        add_site(session, "news", origins=[BLOG], now=datetime.now(UTC))
    config = akismet.Config(key=key_of(database, web.settings), url=BLOG)
    database.close()
    with httpx.Client(transport=_Here(web.port), timeout=60.0) as line:
        wrong = akismet.SyncClient(config=akismet.Config(key="0" * 12, url=BLOG), http_client=line)
        assert not wrong.verify_key()
        with pytest.raises(akismet.APIKeyError):
            wrong.comment_check(user_ip="192.0.2.1", comment_content="Hello.")
        client = akismet.SyncClient.validated_client(config=config, http_client=line)
        fields = {"user_ip": "192.0.2.1", "comment_author": "Dana", "comment_content": CALM["comment_content"]}
        # The client waits less than a second. Without a verdict by then, the comment counts as held.
        wait_until(lambda: client.comment_check(**fields) == akismet.CheckResponse.HAM, what="a verdict in time")
        assert client.comment_check(**fields | {"comment_content": FOUL["comment_content"]}) == akismet.CheckResponse.SPAM
        assert client.comment_check(**fields | {"comment_author": "viagra-test-123"}) == akismet.CheckResponse.SPAM
        assert client.submit_spam(**fields)
        assert client.submit_ham(**fields)
        assert client.usage_limit()["limit"] == "none"
