"""The author pages: find authors by name, with all their comments and decisions; they never show what identifies a person."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from flask import Flask

from service.actions.sites.sites_and_keys import add_site
from service.config import Settings
from service.domain.states import State
from service.store.db.engine import Database
from service.store.tables.accounts import Role
from service.store.tables.comments import Comment
from tests.support.seeding import Seed, sow
from tests.support.sign_in import Browser, html_of, moderator, serving
from tests.web.pages.queue.queue_page import form


@pytest.fixture
def app(settings: Settings, database: Database) -> Iterator[Flask]:
    with database.writing() as session:
        add_site(session, "news", origins=["https://news.example"], now=datetime.now(UTC))
        add_site(session, "blog", origins=["https://blog.example"], now=datetime.now(UTC))
    with serving(settings) as app:
        yield app


@pytest.fixture
def mo(app: Flask, database: Database) -> Browser:
    return Browser(app).signed_in(moderator(database, "mo@news.example", Role.MODERATOR, site="news", name="Mo"))


def test_an_author_is_found_and_has_a_page_without_a_trace_of_the_key(mo: Browser, database: Database) -> None:
    assert "No authors yet." in html_of(mo.get("/authors"))
    seeds = [
        Seed("rude words", "Jo 100%", minutes=9),
        Seed("kind words", "Jo 100%", state=State.APPROVED, minutes=8),
        Seed("x", "Ann"),
    ]
    ids = sow(database, "news", seeds)
    mo.post("/queue/decide", form(mo.get("/queue?words=rude"), "reject:insult"))
    page = html_of(mo.get("/authors?words=0%25"))
    assert "Jo 100%" in page and ">Ann<" not in page
    assert "Nothing found" in html_of(mo.get("/authors?words=%25%25"))
    path = re.search(r'href="(/authors/[^"]+)"', page)[1]
    one = html_of(mo.get(path))
    assert "rude words" in one and "kind words" in one
    assert "Mo rejected this (Insult or attack)" in one
    with database.reading() as session:
        key = session.get(Comment, ids[0]).author_key
    assert key not in page + one


def test_an_author_is_banned_from_the_page_and_it_says_so(mo: Browser, database: Database) -> None:
    [comment_id] = sow(database, "news", [Seed("one", "Jo")])
    mo.post(f"/authors/{comment_id}", {"site": "news", "act": "ban", "for": "7d", "why": "insults for weeks"})
    page = html_of(mo.get(f"/authors/{comment_id}"))
    assert "tag bad" in page and "by Mo" in page
    entry = re.search(r'name="entry" value="([^"]+)"', page)[1]
    mo.post("/authors", {"site": "news", "entry": entry})
    after = html_of(mo.get(f"/authors/{comment_id}"))
    assert "tag bad" not in after
    # The history stays: who, when, until when and why.
    assert re.search("Mo removed it (just now|.* ago)", after)
    assert re.search("Mo banned the author (just now|.* ago), until .*: insults for weeks", after)


def test_authors_of_other_sites_are_not_to_be_had(app: Flask, mo: Browser, database: Database) -> None:
    [theirs] = sow(database, "blog", [Seed("elsewhere", "Eve")])
    assert mo.get(f"/authors/{theirs}").status_code == 404
    assert "Eve" not in html_of(mo.get("/authors"))
    assert Browser(app).get(f"/authors/{theirs}").status_code == 303
