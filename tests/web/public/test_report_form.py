"""A reader reports a comment without an account, and reads on a secret page what became of it."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from service.actions.moderation.decide import Actor, Ruling, decide
from service.config import Settings
from service.domain.reported.reader_links import ReaderLinks
from service.domain.states import State
from service.store.db.engine import Database
from service.store.tables.accounts import Role
from service.store.tables.comments import Comment
from service.store.tables.reported import Complaint
from tests.support.sign_in import Browser, html_of, moderator

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
REPORT = {
    "kind": "illegal", "reason": "threat", "text": "It threatens my neighbour.", "name": "Rita", "email": "rita@mail.example", "good_faith": "on",
}  # fmt: skip


@pytest.fixture
def comment(post: Callable[..., str], settle_all: Callable[[], int]) -> str:
    """The id of a published comment."""
    comment_id = post(thread={"id": "a-page", "url": "https://news.example/a-page"}, author={"name": "Ada"})
    settle_all()
    return comment_id


@pytest.fixture
def reader(app: Flask) -> FlaskClient:
    return app.test_client()


def send(reader: FlaskClient, comment: str, **fields: str) -> TestResponse:
    shown = html_of(reader.get(f"/report/{comment}"))
    token = re.search(r'name="rendered" value="([^"]+)"', shown)[1]
    return reader.post(f"/report/{comment}", data={**REPORT, "rendered": token, **fields})


def test_a_report_is_in_the_language_of_the_comment_and_leads_back_to_it(
    reader: FlaskClient, post: Callable[..., str], settle_all: Callable[[], int]
) -> None:
    comment = post(thread={"id": "a-page", "url": "https://news.example/a-page"}, context={"language": "de-AT"})
    settle_all()
    back = f'<a href="https://news.example/a-page#comment-{comment}">Zurück zum Artikel</a>'
    form = html_of(reader.get(f"/report/{comment}", headers={"Accept-Language": "fr"}))
    assert '<html lang="de"' in form
    assert back in form
    sent = send(reader, comment)
    received = html_of(reader.get(urlsplit(sent.headers["Location"]).path, headers={"Accept-Language": "de"}))
    assert back in received


def test_a_report_leads_to_its_secret_page_which_shows_the_decision(
    app: Flask, database: Database, reader: FlaskClient, comment: str
) -> None:
    answer = send(reader, comment)
    assert answer.status_code == 303, html_of(answer)
    page = urlsplit(answer.headers["Location"]).path
    assert re.fullmatch(r"/reported/[0-9a-f]{32}-[0-9a-f]{40}", page)
    assert "It waits for a person" in html_of(reader.get(page))
    dana = Browser(app).signed_in(moderator(database, "dana@news.example", Role.MODERATOR))
    shown = html_of(dana.get("/queue/reported"))
    assert "It threatens my neighbour." in shown
    version = re.search(rf"{comment}:(\d+)", shown)[1]
    sent = {"site": "news", "comment": f"{comment}:{version}", "act": "reject", "reason": "illegal"}
    assert dana.post("/queue/reported", sent).status_code == 303
    shown = html_of(reader.get(page))
    assert "The comment was removed." in shown
    assert "The law" in shown
    assert "A person. No machine decides about reports." in shown
    assert "rita@mail.example" not in shown
    assert "not public any more" in html_of(reader.get(f"/report/{comment}"))


def test_what_is_missing_is_named_at_its_field_and_what_was_typed_stays(reader: FlaskClient, comment: str) -> None:
    answer = send(reader, comment, name="", good_faith="", text="Because of <b>this</b>.")
    shown = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert 'href="#name"' in shown
    assert 'href="#good_faith"' in shown
    assert "Because of &lt;b&gt;this&lt;/b&gt;." in shown
    assert 'value="rita@mail.example"' in shown


def test_a_form_without_its_token_or_with_the_trap_filled_in_is_refused(reader: FlaskClient, comment: str) -> None:
    assert reader.post(f"/report/{comment}", data=REPORT).status_code == 422
    assert reader.post(f"/report/{comment}", data={**REPORT, "rendered": "forged"}).status_code == 422
    assert send(reader, comment, subject="a bot").status_code == 422


def test_a_reporter_complains_once_and_only_with_the_form_of_the_page(
    app: Flask, database: Database, reader: FlaskClient, comment: str
) -> None:
    page = urlsplit(send(reader, comment).headers["Location"]).path
    dana = Browser(app).signed_in(moderator(database, "dana@news.example", Role.MODERATOR))
    listed = html_of(dana.get("/queue/reported"))
    kept = {"site": "news", "comment": re.search(rf"{comment}:\d+", listed)[0], "act": "keep"}
    dana.post("/queue/reported", {**kept, "report": re.findall(r'name="report" value="([^"]+)"', listed)})
    shown = html_of(reader.get(page))
    form = {"text": "It\r\nis a threat.", "rendered": re.search(r'name="rendered" value="([^"]+)"', shown)[1]}
    assert reader.post(f"{page}/complaint", data={**form, "rendered": ""}).status_code == 422
    assert reader.post(f"{page}/complaint", data={**form, "subject": "a bot"}).status_code == 422
    assert reader.post(f"{page}/complaint", data={**form, "text": "  "}).status_code == 422
    assert reader.post(f"{page}/complaint", data=form).status_code == 303
    with database.reading() as session:
        assert session.scalars(select(Complaint.text)).all() == ["It\nis a threat."]
    assert reader.post(f"{page}/complaint", data=form).status_code == 409


def test_an_author_complains_on_their_page_after_a_moderator_confirmed_the_removal(
    database: Database, settings: Settings, reader: FlaskClient, comment: str
) -> None:
    comment_id = UUID(comment)
    with database.writing() as session:
        version = session.get_one(Comment, comment_id).version
        for number, confirms in ((version, False), (version + 1, True)):
            ruling = Ruling(comment_id, State.REJECTED, number, "insult", confirms=confirms)
            decide(session, "news", [ruling], actor=Actor(), now=datetime.now(UTC), delay=timedelta(0))
    links = ReaderLinks.from_secret(settings.secret, settings.url)
    page = urlsplit(links.complaint(comment_id, version + 1)).path
    token = re.search(r'name="rendered" value="([^"]+)"', html_of(reader.get(page)))[1]
    assert reader.post(page, data={"text": "I quoted it.", "rendered": token}).status_code == 303
    assert "Your complaint" in html_of(reader.get(page))


def test_reports_from_one_address_are_limited(reader: FlaskClient, comment: str) -> None:
    statuses = [send(reader, comment, email=f"{n}@mail.example").status_code for n in range(22)]
    assert set(statuses[:20]) == {303}
    assert statuses[21] == 429


def test_a_second_report_by_the_same_person_is_refused(reader: FlaskClient, comment: str) -> None:
    assert send(reader, comment).status_code == 303
    reader.environ_base["HTTP_ACCEPT_LANGUAGE"] = "de"
    again = send(reader, comment)
    assert again.status_code == 409
    assert "Sie haben diesen Kommentar schon gemeldet" in html_of(again)


@pytest.mark.parametrize("token", ["x", "0" * 32 + "-" + "0" * 40, "a-b-c", "%00"])
def test_a_guessed_address_shows_no_report(reader: FlaskClient, comment: str, token: str) -> None:
    send(reader, comment)
    assert reader.get(f"/reported/{token}").status_code == 404


@pytest.mark.parametrize(
    ("language", "title"), [("de", "Einen Kommentar melden"), ("ar", 'dir="rtl"'), ("en", "Report a comment")]
)
def test_the_form_speaks_the_language_of_the_browser(reader: FlaskClient, comment: str, language: str, title: str) -> None:
    assert title in html_of(reader.get(f"/report/{comment}", headers={"Accept-Language": language}))


def test_a_comment_that_is_not_public_shows_nothing(reader: FlaskClient, post: Callable[..., str]) -> None:
    held = post("held words")
    answer = reader.get(f"/report/{held}")
    assert answer.status_code == 404
    assert "held words" not in html_of(answer)


def test_the_feed_links_to_the_form_of_each_comment(reader: FlaskClient, comment: str) -> None:
    shown = html_of(reader.get("/v1/threads/a-page/comments?site=news&format=html"))
    assert f'/report/{comment}" rel="nofollow"' in shown
