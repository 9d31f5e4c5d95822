"""The comment form works without JavaScript, and redirects only to the page that the reader came from."""

import html
import re
import time
from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest
from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import TimestampSigner
from sqlalchemy import select

from service.actions.sites.sites_and_keys import add_site
from service.setting_sources import load
from service.store.db.engine import Database
from service.store.tables.comments import Comment, Thread
from service.web.app import create_app
from service.web.http.client_ip import client_ip

pytestmark = pytest.mark.usefixtures("site")
PAGE = "https://news.example/2026/a-story?x=1"


@pytest.fixture
def reader(app: Flask) -> FlaskClient:
    return app.test_client()


def hidden(page: str) -> dict[str, str]:
    found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page)
    return {name: html.unescape(value) for name, value in found}


def comments(database: Database) -> list[Comment]:
    with database.reading() as session:
        return list(session.scalars(select(Comment)))


def test_a_comment_is_sent_and_the_reader_is_led_back(reader: FlaskClient, database: Database) -> None:
    page = reader.get("/f/news", query_string={"thread": PAGE, "title": "A story", "return_to": PAGE})
    assert page.status_code == 200
    fields = hidden(page.get_data(as_text=True)) | {"text": "First line.\r\nSecond.", "name": "Dana", "email": "d@mail.example"}
    sent = reader.post("/f/news", data=fields)
    assert (sent.status_code, sent.headers["Location"]) == (303, f"{PAGE}#greenroom-awaits")
    [comment] = comments(database)
    assert (comment.text, comment.author_name, comment.state) == ("First line.\nSecond.", "Dana", "pending")
    assert 0 <= comment.context["seconds_to_submit"] < 60
    assert "honeypot" not in comment.context
    with database.reading() as session:
        assert session.scalar(select(Thread.url)) == PAGE


def test_a_form_that_is_sent_twice_is_one_comment(reader: FlaskClient, database: Database) -> None:
    fields = hidden(reader.get("/f/news", query_string={"thread": PAGE}).get_data(as_text=True)) | {"text": "Once."}
    assert [reader.post("/f/news", data=fields).status_code for _ in range(2)] == [303, 303]
    assert len(comments(database)) == 1


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_double_click_without_a_token_is_one_comment_of_one_browser(reader: FlaskClient, database: Database) -> None:
    for agent in ("one", "one", "other"):
        sent = reader.post("/f/news", data={"thread": "a", "text": "Thanks!"}, headers={"User-Agent": agent})
        assert sent.status_code == 303
    assert len(comments(database)) == 2


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_people_type_is_taken_as_they_meant_it(reader: FlaskClient, database: Database) -> None:
    for typed in ("www.ann.example", "ann.example/blog", " https://ann.example "):
        sent = reader.post("/f/news", data={"thread": "a", "text": f"By {typed}", "url": typed, "email": " ann@x.example "})
        assert sent.status_code == 303, typed
    latin = "application/x-www-form-urlencoded; charset=ISO-8859-1"
    old = urlencode({"thread": "b", "text": "café said"}, encoding="latin-1")
    assert reader.post("/f/news", data=old, content_type=latin).status_code == 303
    stored = {comment.text: comment.author_url for comment in comments(database)}
    assert stored == {
        "By www.ann.example": "https://www.ann.example", "By ann.example/blog": "https://ann.example/blog",
        "By  https://ann.example ": "https://ann.example", "café said": "",
    }  # fmt: skip
    for wrong in ("no", "javascript:alert(1)", "ann@x.example"):
        assert reader.post("/f/news", data={"thread": "a", "text": "Words.", "url": wrong}).status_code == 422, wrong


def test_what_stands_in_the_trap_is_noted(reader: FlaskClient, database: Database) -> None:
    assert reader.post("/f/news", data={"thread": "a", "text": "Buy!", "subject": "hello"}).status_code == 303
    assert comments(database)[0].context["honeypot"] is True


OTHER_ORIGIN = [
    "https://evil.example/", "//evil.example/", "https://news.example.evil.example/", "https://news.example@evil.example/",
    "https://news.example\\@evil.example/", "https://news.example:8443/", "http://news.example/", "https://evil.example/https://news.example/",
    "https://news.example\t.evil.example/", "javascript:alert(1)", "https:///evil.example",
]  # fmt: skip


@pytest.mark.parametrize("address", OTHER_ORIGIN)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_nobody_is_led_elsewhere(reader: FlaskClient, address: str, database: Database) -> None:
    sent = reader.post("/f/news", data={"thread": "a", "text": "Hello.", "return_to": address})
    assert sent.status_code == 422
    assert "Location" not in sent.headers
    assert comments(database) == []
    by_referrer = reader.post("/f/news", data={"thread": "a", "text": "Hello."}, headers={"Referer": address.replace("\t", "")})
    assert by_referrer.headers["Location"] == "https://news.example/#greenroom-awaits"


def test_what_was_typed_is_kept_when_something_is_wrong(reader: FlaskClient) -> None:
    typed = {
        "thread": PAGE,
        "text": '</textarea><script>alert(1)</script>"',
        "name": '"><b>Dana',
        "email": "no address",
        "return_to": PAGE,
    }
    page = reader.post("/f/news", data=typed)
    body = page.get_data(as_text=True)
    assert page.status_code == 422
    assert page.content_type == "text/html; charset=utf-8"
    assert "<script" not in body
    assert html.escape(typed["text"]).replace("&#x27;", "&#39;").replace("&quot;", "&#34;") in body
    assert 'aria-describedby="greenroom-email-fault"' in body
    assert hidden(body)["return_to"] == PAGE
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    fixed = reader.post("/f/news", data=typed | hidden(body) | {"email": "dana@mail.example"})
    assert fixed.status_code == 303


def test_a_token_cannot_be_forged_or_kept_for_ever(reader: FlaskClient, app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = app.extensions["greenroom"].settings
    old = TimestampSigner(settings.secret, salt="greenroom form")
    monkeypatch.setattr(old, "get_timestamp", lambda: int(time.time()) - 2 * 86400)
    for token, word in ((old.sign("news").decode(), "more than a day"), ("news.abc.def", "recognised")):
        page = reader.post("/f/news", data={"thread": "a", "text": "Hello.", "rendered": token})
        body = page.get_data(as_text=True)
        assert page.status_code == 422
        assert word in body
        assert reader.post("/f/news", data={"thread": "a", "text": "Hello.", **hidden(body)}).status_code == 303


def test_pages_of_others_cannot_send_it_in_a_readers_name(reader: FlaskClient) -> None:
    for origin, status in (
        ("https://evil.example", 403),
        ("https://news.example", 303),
        ("https://news.example:443", 303),
        ("null", 303),
        ("http://greenroom.example", 303),
    ):
        sent = reader.post("/f/news", data={"thread": "a", "text": f"Hello from {origin}."}, headers={"Origin": origin})
        assert sent.status_code == status, origin
        if status == 403:
            assert "The origin of this page, https://evil.example, is not one of the site news" in sent.get_data(as_text=True)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_only_the_site_may_frame_it_and_the_way_back_is_open(reader: FlaskClient) -> None:
    policy = reader.get("/f/news?thread=a").headers["Content-Security-Policy"]
    assert "form-action 'self' https://news.example http://localhost:4000" in policy
    assert "frame-ancestors 'self' https://news.example" in policy
    assert "script-src" not in policy


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_is_no_such_form_is_told_so_on_a_page(reader: FlaskClient) -> None:
    for response, status in (
        (reader.get("/f/nowhere?thread=a"), 404),
        (reader.get("/f/news"), 422),
        (reader.post("/f/nowhere", data={"text": "a"}), 404),
        (reader.post("/f/news", json={"text": "a"}), 415),
        (reader.post("/f/news", data={"thread": "a", "text": "a" * 200_000}), 413),
        (reader.post("/f/news", data={"thread": "a", "text": "a\0"}), 422),
        (reader.post("/f/news", data={"thread": "a", "text": "a", "parent": "b"}), 409),
    ):
        assert (response.status_code, response.content_type) == (status, "text/html; charset=utf-8")


def test_ten_thousand_characters_of_any_script_fit(reader: FlaskClient, database: Database) -> None:
    assert reader.post("/f/news", data={"thread": "a", "text": "\U0001f9d1" * 10_000}).status_code == 303
    assert len(comments(database)[0].text) == 10_000


def of_settings(app: Flask, **more: str) -> Flask:
    settings = app.extensions["greenroom"].settings
    values = {"DATABASE_URL": settings.database_url, "GREENROOM_SECRET_KEY": settings.secret_key}
    return create_app(load(values | {f"GREENROOM_{name}": value for name, value in more.items()}))


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_one_address_sends_only_so_many_and_cannot_pretend_to_be_another(app: Flask) -> None:
    limited = of_settings(app, FORM_RATE_PER_MINUTE="3", TRUSTED_PROXIES="1")
    reader, statuses = limited.test_client(), []
    for number in range(5):
        claimed = {"X-Forwarded-For": f"10.0.0.{number}, 198.51.100.7"}
        sent = reader.post("/f/news", data={"thread": "a", "text": f"Number {number}."}, headers=claimed)
        statuses.append(sent.status_code)
    assert statuses == [303, 303, 303, 429, 429]
    assert int(sent.headers["Retry-After"]) >= 1
    assert sent.headers["RateLimit-Policy"] == '"form";q=3;w=60'
    other = reader.post("/f/news", data={"thread": "a", "text": "Other."}, headers={"X-Forwarded-For": "198.51.100.8"})
    assert other.status_code == 303
    limited.extensions["greenroom"].close()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_without_trusted_proxies_no_header_changes_the_address(app: Flask) -> None:
    limited = of_settings(app, FORM_RATE_PER_MINUTE="2")
    statuses = [
        limited.test_client()
        .post("/f/news", data={"thread": "a", "text": f"{number}"}, headers={"X-Forwarded-For": f"10.0.0.{number}"})
        .status_code
        for number in range(3)
    ]
    assert statuses == [303, 303, 429]
    limited.extensions["greenroom"].close()


@pytest.mark.parametrize(
    ("written", "plain"),
    [("192.0.2.1", "192.0.2.1"), ("192.0.2.1:5678", "192.0.2.1"), ("[2001:db8::1]:443", "2001:db8::1"), ("2001:db8::1", "2001:db8::1"),
     ("unknown", ""), ("_hidden:1", ""), ("", ""), ("1.2.3.4, 5.6.7.8", "")],
)  # fmt: skip
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_an_address_is_read_however_a_proxy_writes_it(written: str, plain: str, app: Flask, database: Database) -> None:
    assert client_ip(written) == plain
    behind = of_settings(app, TRUSTED_PROXIES="1")
    sent = behind.test_client().post("/f/news", data={"thread": "a", "text": "Hello."}, headers={"X-Forwarded-For": written})
    assert sent.status_code == 303
    behind.extensions["greenroom"].close()


def test_the_form_is_in_the_language_of_the_reader_or_else_of_the_page(reader: FlaskClient) -> None:
    for asked, of_page, language, label in (
        ("de-DE,de;q=0.9,en;q=0.8", "", "de", "Ihr Kommentar"),
        ("en", "de", "en", "Your comment"),
        ("fr-FR,fr", "de-AT", "de", "Ihr Kommentar"),
        ("", "ar", "ar", 'dir="rtl"'),
        ("fr", "xx", "en", "Your comment"),
    ):
        shown = reader.get("/f/news", query_string={"thread": "a", "language": of_page}, headers={"Accept-Language": asked})
        page = shown.get_data(as_text=True)
        assert f'<html lang="{language}"' in page
        assert label in page
    refused = reader.post("/f/news", data={**hidden(page), "language": "de", "text": " ", "email": "x"}).get_data(as_text=True)
    assert "Geben Sie eine E-Mail-Adresse" in refused
    assert "expected" not in refused


def test_a_reader_is_led_to_the_article_as_the_host_knows_it(reader: FlaskClient, post: Callable[..., str]) -> None:
    post(thread={"id": "story", "url": "https://news.example/story"})
    sent = reader.post("/f/news", data={"thread": "story", "text": "Hello."})
    assert sent.headers["Location"] == "https://news.example/story#greenroom-awaits"


def test_where_no_page_of_the_site_is_known_the_reader_is_thanked(app: Flask, reader: FlaskClient, database: Database) -> None:
    own = app.extensions["greenroom"].settings.url
    with database.writing() as session:
        add_site(session, "demo", origins=[own], now=datetime.now(UTC))
    sent = reader.post("/f/demo", data={"thread": "hello", "text": "Hello.", "language": "de"})
    assert sent.headers["Location"] == f"{own}/f/demo/sent?thread=hello&language=de"
    thanks = reader.get(sent.headers["Location"].removeprefix(own))
    assert thanks.status_code == 200
    assert "Ihr Kommentar erscheint nach einer Prüfung." in thanks.get_data(as_text=True)
    assert "<a " not in thanks.get_data(as_text=True)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("text", ""), ("name", "n" * 201), ("email", "no"), ("url", "no"), ("rendered", "forged"), ("thread", ""),
        ("return_to", "https://other.example/"), ("title", "t" * 1001), ("parent", "p" * 513),
    ],
)  # fmt: skip
def test_every_refusal_is_in_the_language_of_the_page(reader: FlaskClient, field: str, value: str) -> None:
    german = {"Accept-Language": "de"}
    fields = hidden(reader.get("/f/news", query_string={"thread": PAGE}, headers=german).get_data(as_text=True))
    refused = reader.post("/f/news", data={**fields, "text": "Ruhig.", field: value}, headers=german).get_data(as_text=True)
    [told] = re.findall(r'<div class="faults".*?</div>', refused, re.DOTALL)
    assert not re.search(r"\b(expected|this|the|must|not|should|at most)\b", told, re.IGNORECASE), told
