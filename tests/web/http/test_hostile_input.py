"""Hostile input: no response has a status of 500 or more, and each refusal names its reason."""

import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient

from service.actions.sites.sites_and_keys import add_key, add_site
from service.store.db.engine import Database
from service.store.tables.sites import Scope
from tests.support.web_server import Web

#: Strings that have broken services before.
NAUGHTY = [
    "", " ", "\t\r\n", "\0", "a\0b", "undefined", "null", "None", "NaN", "Infinity", "-1", "0", "1e309", "0x0", "1/0", "9" * 400, "true",
    "\u202e\u202d\u2066", "\u200b\ufeff", "\ufffe\uffff", "\U0001f469\u200d\U0001f469\u200d\U0001f467", "e\u0301" * 300, "\u0130\u0131ß",
    "Z\u0351\u036b" * 200, "\U000e0041\U000e007f", "\x1b[31m", "\x7f\x80\x9f", "日本語テスト", "مرحبا", "𝕳𝖊𝖑𝖑𝖔", "ﷺ" * 500,
    "'; DROP TABLE comment; --", "' OR '1'='1", "1; SELECT pg_sleep(10)", "%27%20--", "{{7*7}}", "${7*7}", "#{7*7}", "<%= 7*7 %>", "%s%n%x", "%(x)s",
    "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "javascript:alert(1)", "data:text/html,<b>", "]]>", "<!--", "&lt;", "<![CDATA[",
    "../../etc/passwd", "..\\..\\", "/dev/null", "file:///etc/passwd", "http://169.254.169.254/", "C:\\CON", "a" * 20_000,
    "__proto__", "constructor", "$where", "*)(uid=*", "() { :;}; echo x", "`id`", "| id", "\r\nSet-Cookie: a=b", "header: x\r\n\r\nbody",
]  # fmt: skip
#: Values of the wrong type.
STRANGE: list[object] = [
    None, True, False, 0, -1, 1.5, 10**30, -(10**30), [], [None], [[]], {}, {"a": 1}, {"$ne": ""}, [{"id": "x"}], "",
]  # fmt: skip
WHOLE = {
    "thread": {"id": "a", "url": "https://news.example/a", "title": "t"},
    "author": {"name": "n", "email": "a@b.example", "url": "https://x.example", "id": "1", "verified": True},
    "text": "Words.",
    "parent": "p",
    "external_id": "e",
    "context": {
        "ip": "192.0.2.1", "user_agent": "u", "referrer": "r", "language": "en", "posted_at": "2026-01-01T00:00:00Z", "honeypot": "h",
        "seconds_to_submit": 1.0,
    },
}  # fmt: skip


def places(value: dict, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for name, child in value.items():
        yield (*path, name)
        if isinstance(child, dict):
            yield from places(child, (*path, name))


def with_value(path: tuple[str, ...], value: object) -> dict:
    body = json.loads(json.dumps(WHOLE))
    inner = body
    for name in path[:-1]:
        inner = inner[name]
    inner[path[-1]] = value
    return body


def expect_sane(response, path: tuple[str, ...]) -> None:
    """Either accepted, or refused with the name of the field."""
    assert response.status_code in (202, 409, 422), (response.status_code, response.data[:300])
    if response.status_code == 422:
        pointers = [error["pointer"] for error in response.json["errors"]]
        assert any(pointer.startswith("/" + "/".join(path)) for pointer in pointers), (path, pointers)


def test_any_value_at_any_field_is_taken_or_refused_by_name(client: FlaskClient) -> None:
    for path in places(WHOLE):
        for value in [*STRANGE, *random.Random(str(path)).sample(NAUGHTY, 18)]:
            body = with_value(path, value)
            if path != ("parent",):
                body["parent"] = ""
            if path != ("external_id",):
                body["external_id"] = ""
            expect_sane(client.post("/v1/comments", data=json.dumps(body), content_type="application/json"), path)


def test_every_naughty_text_is_kept_as_it_came(client: FlaskClient) -> None:
    for text in NAUGHTY:
        response = client.post("/v1/comments", json={"thread": {"id": "naughty"}, "text": text, "author": {"name": text[:200]}})
        if response.status_code == 202:
            assert client.get(response.headers["Location"]).json["text"] == text
        else:
            assert response.json["errors"], text


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_json_bombs_and_broken_bytes_are_refused(client: FlaskClient) -> None:
    bombs = [
        b"[" * 60_000, b'{"a":' * 10_000, b'{"thread":' + b"[" * 5000 + b"]" * 5000 + b"}", b'{"text":"' + b"\\u0000" * 5000 + b'"}',
        b'{"text":' + b"9" * 60_000 + b"}", b'{"text":1e' + b"9" * 1000 + b"}", b'{"thread":{"id":"' + b"\\ud83d" * 3000 + b'"}}', b"\xef\xbb\xbf{}",
        "{}".encode("utf-16"), b"\xff" * 1000, b"\x00" * 1000, b'{"text":"a","text":"b"}', b"{'text':1}", b'{"a":1}{"b":2}', b'{"text":"a"}garbage',
        b"/*x*/{}", b'"text"', b"1", b"null", b"true", b"NaN", b"-Infinity", b'{"\xff":1}', b'{"\\ud800":1,"\\ud800":2}', b'{"__proto__":{"a":1}}',
        b"{" + b",".join(b'"k%d":1' % n for n in range(5000)) + b"}",
    ]  # fmt: skip
    for bomb in bombs:
        for method, path in (("POST", "/v1/comments"), ("PATCH", "/v1/comments/01a20435-267d-77e4-9d04-8ee4c90cd180")):
            response = client.open(path, method=method, data=bomb, content_type="application/json")
            assert response.status_code == 422, (bomb[:40], response.status_code)
            assert response.json["errors"], bomb[:40]
            assert len(response.data) < 64 * 1024


ADDRESSES = (
    "/v1/comments?after={}", "/v1/comments?state={}", "/v1/comments?thread={}", "/v1/comments?updated_after={}", "/v1/comments?limit={}",
    "/v1/comments?{}=1", "/v1/comments/{}", "/v1/threads/{}/comments?site=news", "/v1/threads/a/comments?site={}", "/f/{}?thread=a",
    "/v1/threads/a/comments?site=news&after={}", "/f/news?thread={}", "/f/news?thread=a&return_to={}", "/{}", "/v1/{}", "/docs/{}",
    "/static/{}", "/sign-in/{}", "/v1/endpoints/{}", "/v1/deliveries/{}",
)  # fmt: skip


def test_any_query_and_any_path_is_answered(client: FlaskClient) -> None:
    for path in ADDRESSES:
        for word in NAUGHTY:
            response = client.get(path.format(quote(word[:1500], safe="")))
            assert response.status_code < 500, (path, word[:30])
            if response.status_code == 422 and response.is_json:
                assert response.json["errors"][0]["pointer"].startswith(("query:", "path:"))


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_any_header_is_answered(client: FlaskClient) -> None:
    names = ("Idempotency-Key", "Prefer", "Authorization", "Content-Type", "Accept", "X-Request-Id", "X-Forwarded-For", "If-None-Match",
             "Accept-Language", "Accept-Encoding", "Content-Encoding", "Origin", "Referer", "Cookie", "User-Agent", "Host")  # fmt: skip
    for name in names:
        for word in NAUGHTY:
            value = word.encode("utf-8").decode("latin-1")
            if any(c in value for c in "\r\n\0"):
                continue
            for method, path in (("POST", "/v1/comments"), ("GET", "/v1/threads/a/comments?site=news"), ("POST", "/f/news")):
                environ = {f"HTTP_{name.upper().replace('-', '_')}": value[:8000]}
                if name == "Content-Type":
                    environ = {"CONTENT_TYPE": value[:8000]}
                response = client.open(path, method=method, data=b"{}", environ_overrides=environ)
                assert response.status_code < 500, (name, word[:30], path)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_any_method_on_any_path_is_answered(app: Flask, client: FlaskClient) -> None:
    for rule in app.url_map.iter_rules():
        path = rule.rule
        for converter in ("<uuid:", "<thread:", "<path:", "<"):
            while converter in path:
                start = path.index(converter)
                path = path[:start] + "01a20435-267d-77e4-9d04-8ee4c90cd180" + path[path.index(">", start) + 1 :]
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "GET\u00e9"):
            response = client.open(path, method=method)
            assert response.status_code < 500, (method, path)
            if response.status_code == 405:
                assert response.headers["Allow"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("variant", ["/v1/comments/", "//v1/comments", "/v1//comments", "/V1/comments", "/v1/./comments", "/v1/x/../comments",
                                     "/v1/comments;a=b", "/v1/comments%2F", "/v1/comments%00", "/v1/comments.json", "/v1/comments%20"])  # fmt: skip
def test_a_variant_of_a_path_opens_no_other_door(app: Flask, site: str, variant: str) -> None:
    response = app.test_client().get(variant)
    assert response.status_code in (401, 404, 405), variant
    assert "comments" not in (response.json or {})


@pytest.fixture
def web(database_url: str, tmp_path: Path) -> Iterator[Web]:
    with Web(tmp_path, DATABASE_URL=database_url) as web:
        yield web


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_real_server_stands_raw_bytes(web: Web) -> None:
    database = Database(web.settings.database)
    with database.writing() as session:
        add_site(session, "news", origins=["https://news.example"], now=datetime.now(UTC))
        token = add_key(session, "news", scopes=list(Scope), now=datetime.now(UTC))[1]
    database.close()
    head = f"Host: x\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\nConnection: close\r\n".encode()
    body = b'{"thread":{"id":"a"},"text":"Chunked words."}'
    chunked = b"".join(b"%x\r\n%s\r\n" % (len(body[n : n + 7]), body[n : n + 7]) for n in range(0, len(body), 7)) + b"0\r\n\r\n"
    post = b"POST /v1/comments HTTP/1.1\r\n" + head
    assert status(web.say(post + b"Transfer-Encoding: chunked\r\n\r\n" + chunked)) == 202
    big = b"%x\r\n%s\r\n" % (70_000, b" " * 70_000) + b"0\r\n\r\n"
    assert status(web.say(post + b"Transfer-Encoding: chunked\r\n\r\n" + big)) == 413
    assert status(web.say(post + b"Content-Length: 200000\r\n\r\n" + b" " * 200_000)) == 413
    for words in (
        post + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n", post + b"Content-Length: -5\r\n\r\n", post + b"Content-Length: abc\r\n\r\n",
        post + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", post + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\n12345",
        post + b"Expect: 100-continue\r\nContent-Length: 2\r\n\r\n{}", b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 200_000 + b"\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"\x16\x03\x01\x02\x00\x01", b"\r\n\r\n\r\n",
        b"GET /%ff%fe%00 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", b"GET http://evil.example/v1/comments HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        b"GET /v1/comments HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \xff\xfe\r\nConnection: close\r\n\r\n", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ):  # fmt: skip
        answer = web.say(words, seconds=0.5)
        assert not answer.startswith(b"HTTP/1") or status(answer) < 500, (words[:80], answer[:100])
    assert web.ready()


def status(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1])
