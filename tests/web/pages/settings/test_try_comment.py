"""The page to try things out: the result with its reasons, nothing stored, hits of the lists, and the lists as files."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import func, select

from service.actions.sites.sites_and_keys import add_site
from service.config import Settings
from service.processes.trial import trial
from service.store.db.engine import Database
from service.store.tables.accounts import Role
from service.store.tables.comments import Comment
from service.web.app import create_app
from tests.support.factories import draft, submitted
from tests.support.sign_in import Browser, html_of, moderator
from workers.checking.check_pending import check_pending
from workers.resources.worker_resources import WorkerResources


@pytest.fixture
def app(settings: Settings, database: Database) -> Iterator[Flask]:
    with database.writing() as session:
        add_site(session, "news", origins=["https://news.example"], now=datetime.now(UTC))
    app = create_app(settings, trial=trial)
    yield app
    app.extensions["greenroom"].close()


@pytest.fixture
def ada(app: Flask, database: Database) -> Browser:
    ada = Browser(app).signed_in(moderator(database, "ada@news.example", Role.ADMIN, site="news", name="Ada"))
    ada.post("/settings/rules", {"site": "news", "blocked_words": "zeppelin\nairship", "held_words": "bridge"})
    return ada


def tried(ada: Browser, text: str, words: str) -> str:
    """The page of a trial. On a busy machine a check may have no time left, and then the comment is held: it is tried again."""
    for _ in range(20):
        page = html_of(ada.post("/settings/try", {"site": "news", "text": text}))
        if words in page:
            return page
    raise AssertionError(f"no trial of {text!r} showed {words!r}")


def test_a_tried_comment_shows_its_verdict_with_reasons_and_is_not_stored(ada: Browser, database: Database) -> None:
    page = tried(ada, "A zeppelin over the river.", 'class="state rejected"')
    assert "a blocked word of this site" in page and "zeppelin" in page
    tried(ada, "What a thoughtful article, thank you.", "No check objected.")
    assert ada.post("/settings/try", {"site": "news", "text": " "}).status_code == 422
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Comment)) == 0


def test_hits_of_each_entry_are_counted(ada: Browser, database: Database, settings: Settings) -> None:
    with database.writing() as session:
        texts = ("A zeppelin here.", "A zeppelin and a zeppelin there.", "Over the bridge.", "A calm word.")
        submitted(session, *(draft(text) for text in texts), now=datetime.now(UTC))
    resources = WorkerResources.open(settings)
    check_pending(resources, seconds=60.0)
    resources.database.close()
    page = html_of(ada.get("/settings/try"))
    assert "Blocked words: 1 of 2 entries were found" in page
    assert '<td dir="auto">zeppelin</td><td class="number-cell">2</td>' in page
    assert "Words to hold for review: 1 of 1 entries were found" in page


def test_a_list_is_taken_along_as_a_file(ada: Browser, app: Flask, database: Database) -> None:
    file = ada.get("/settings/lists/blocked_words?site=news")
    assert file.get_data(as_text=True) == "zeppelin\nairship\n"
    assert file.headers["Content-Disposition"].startswith("attachment")
    assert ada.get("/settings/lists/policy?site=news").status_code == 404
    mo = Browser(app).signed_in(moderator(database, "mo@news.example", Role.MODERATOR, site="news"))
    assert mo.get("/settings/lists/blocked_words?site=news").status_code == 403
