"""Word lists by file: in parts, with the lines that cannot match, and back as a text file."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from flask import Flask

from service.actions.comments.submit import Submission
from service.actions.sites.sites_and_keys import add_site
from service.config import Settings
from service.domain.states import State
from service.store.db.engine import Database
from service.store.sites.word_lists import lists_of
from service.store.tables.accounts import Role
from service.store.tables.sites import Site
from tests.support.factories import draft
from tests.support.sign_in import Browser, html_of, moderator, serving
from workers.checking.trial import try_out


@pytest.fixture
def app(settings: Settings, database: Database) -> Iterator[Flask]:
    with database.writing() as session:
        for name in ("news", "blog"):
            add_site(session, name, origins=[f"https://{name}.example"], now=datetime.now(UTC))
    with serving(settings) as app:
        yield app


@pytest.fixture
def ada(app: Flask, database: Database) -> Browser:
    return Browser(app).signed_in(moderator(database, "ada@news.example", Role.ADMIN, site="news"))


def test_a_file_is_taken_in_parts_and_judged_by_the_next_comment(ada: Browser, database: Database, settings: Settings) -> None:
    path = "/settings/lists/blocked_words?site=news"
    first = ada.send(path, {"lines": ["old", "*", "zeppelin", "", "<b>"]})
    assert first.json["entries"] == 2
    assert [(line["number"], line["text"]) for line in first.json["refused"]] == [(2, "*"), (5, "<b>")]
    assert ada.send(path, {"lines": [f"word{n}" for n in range(5_000)], "add": True}).json["entries"] == 5_002
    assert try_out(Submission("news", draft("A Zeppelin above.")), database, settings).verdict.state is State.REJECTED
    assert try_out(Submission("blog", draft("A Zeppelin above.")), database, settings).verdict.state is State.APPROVED
    assert ada.send(path, {"lines": ["airship"]}).json["entries"] == 1
    assert try_out(Submission("news", draft("A Zeppelin above.")), database, settings).verdict.state is State.APPROVED
    file = ada.get(path)
    assert (file.get_data(as_text=True), file.mimetype) == ("airship\n", "text/plain")


def test_a_list_that_is_too_long_for_the_page_stays_when_the_page_is_saved(ada: Browser, database: Database) -> None:
    ada.send("/settings/lists/blocked_domains?site=news", {"lines": [f"spam{n}.example" for n in range(1_500)]})
    page = html_of(ada.get("/settings"))
    assert "1500 entries." in page
    assert 'name="blocked_domains"' not in page
    assert ada.post("/settings/rules", {"site": "news", "held_words": "mayor", "blocked_words": ""}).status_code == 303
    with database.reading() as session:
        lists = lists_of(session, session.get(Site, "news"))
    assert (len(lists["blocked_domains"]), lists["held_words"]) == (1_500, ("mayor",))


@pytest.mark.parametrize(
    ("path", "content", "status"),
    [
        ("/settings/lists/anything?site=news", {"lines": []}, 422),
        ("/settings/lists/held_words?site=news", {"lines": ["x" * 140_000]}, 413),
        ("/settings/lists/held_words?site=blog", {"lines": []}, 404),
        ("/settings/lists/held_words?site=news", {"lines": "x"}, 422),
    ],
)
def test_what_is_no_part_of_a_list_is_refused(ada: Browser, path: str, content: object, status: int) -> None:
    assert ada.send(path, content).status_code == status


def test_the_reason_stands_beside_a_line_that_cannot_match(ada: Browser) -> None:
    answer = ada.post("/settings/rules", {"site": "news", "blocked_domains": "fine.example\nspam example"})
    assert answer.status_code == 422
    assert "Enter only the domain, for example spam.example (not 'spam example')" in html_of(answer)
