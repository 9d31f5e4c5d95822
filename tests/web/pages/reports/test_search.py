"""The search page: a comment is found by whatever somebody who complains has at hand, in every state, and can be decided there."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import update

from service.actions.sites.sites_and_keys import add_site
from service.config import Settings
from service.domain.security.pseudonyms import Pseudonymizer
from service.domain.states import State
from service.store.db.engine import Database
from service.store.tables.accounts import Role
from service.store.tables.comments import Comment
from service.web.pages.reports.search import ROWS
from tests.support.seeding import Seed, sow
from tests.support.sign_in import Browser, html_of, moderator, serving
from tests.web.pages.queue.queue_page import state_of


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


def found(mo: Browser, words: str, **more: str) -> list[str]:
    answer = mo.get("/search", query_string={"site": "news", "words": words, **more})
    assert answer.status_code == 200
    return re.findall(r'name="comment" value="([^:"]+):', html_of(answer))


def test_a_comment_is_found_by_whatever_names_it_in_every_state(mo: Browser, database: Database, settings: Settings) -> None:
    ids = sow(
        database,
        "news",
        [
            Seed("The Ёлка stands", "Ann", state=State.APPROVED, name_of="4711", minutes=9),
            Seed("Another word", "Bo", state=State.REJECTED, minutes=8),
            Seed("Held word", "Ödön", minutes=7),
        ],
    )
    sow(database, "blog", [Seed("The Ёлка elsewhere", "Ann", state=State.APPROVED, name_of="4711")])
    key = Pseudonymizer.from_secret(settings.secret).author(external_id="", email="bo@mail.example")
    with database.writing() as session:
        session.execute(update(Comment).where(Comment.id == ids[1]).values(author_key=key))
    ann, bo, odon = map(str, ids)
    for words, expected in {
        "ёлка": [ann], "ödön": [odon], ann: [ann], f"https://news.example/x?comment={ann}": [ann], "4711": [ann],
        "https://news.example/a-story#comment-4711": [ann], "Bo@Mail.example": [bo], "word": [odon, bo],
        "https://news.example/council-approves-new-cycle-path-along-the-river#c": [odon, bo, ann], "nowhere": [],
    }.items():  # fmt: skip
        assert found(mo, words) == expected, words
    page = html_of(mo.get("/search?site=news&words=word"))
    assert 'class="state rejected"' in page and 'class="state held"' in page
    assert key not in page


def test_filters_narrow_a_search(mo: Browser, database: Database) -> None:
    seeds = [
        Seed("One word", thread="Sport today", state=State.APPROVED, language="de", minutes=60 * 24 * 9),
        Seed("Two words", thread="Politics", score=0.9),
    ]
    one, two = map(str, sow(database, "news", seeds))
    day = f"{datetime.now(UTC):%Y-%m-%d}"
    for more, expected in (
        ({"state": "held"}, [two]),
        ({"article": "sport"}, [one]),
        ({"language": "de"}, [one]),
        ({"gravity": "insults"}, [two]),
        ({"gravity": "threats"}, []),
        ({"since": day}, [two]),
        ({"until": "2001-01-01"}, []),
    ):
        assert found(mo, "word", **more) == expected, more
    for broken in ("state=x", "since=x", "gravity=x", "after=x", "until=9999-99-99", "words=%00"):
        assert mo.get(f"/search?site=news&{broken}").status_code == 200, broken


def test_a_page_with_an_exact_match_leads_to_the_older_comments(mo: Browser, database: Database) -> None:
    sow(database, "news", [Seed(f"Buy {n}", name_of="buy" if n == 0 else "", minutes=n) for n in range(ROWS + 5)])
    page = html_of(mo.get("/search?site=news&words=buy"))
    older = re.search(r'href="([^"]+after=[^"]+)"', page)
    assert older, "no link to the older comments"
    assert len(re.findall(r'name="comment" value=', html_of(mo.get(older[1])))) == 5


def test_what_is_found_is_decided_there_and_taken_back(mo: Browser, database: Database) -> None:
    ids = sow(database, "news", [Seed(f"Buy {n}", "Bargain", state=State.APPROVED) for n in range(20)])
    page = html_of(mo.get("/search?site=news&words=buy"))
    chosen = re.findall(r'name="comment" value="([^"]+)"', page)
    assert len(chosen) == 20
    answer = mo.post("/search/decide", {"site": "news", "comment": chosen, "act": "reject:spam", "words": "buy"})
    assert {state_of(database, i) for i in ids} == {"rejected"}
    page = html_of(mo.get(answer.location))
    assert "20 comments were decided." in page
    action = re.search(r'name="action_id" value="([^"]+)"', page)[1]
    mo.post("/search/undo", {"site": "news", "action_id": action})
    assert {state_of(database, i) for i in ids} == {"approved"}
    assert mo.post("/search/decide", {"site": "news", "act": "approve"}).status_code == 422
    late = mo.post("/search/decide", {"site": "news", "comment": chosen[:1], "act": "reject:spam"})
    assert "1 comment had changed" in html_of(mo.get(late.location))


def test_a_comment_that_is_not_shown_whole_cannot_be_selected(mo: Browser, database: Database) -> None:
    sow(database, "news", [Seed("long " * 400)])
    assert found(mo, "long") == []
    assert "Open the comment" in html_of(mo.get("/search?site=news&words=long"))


def test_a_view_is_saved_under_a_name_and_removed(mo: Browser) -> None:
    path = "/search?site=news&words=buy&state=approved"
    assert mo.post("/account/views", {"name": "Sales talk", "path": path}).location == path
    for page in ("/search", "/queue"):
        assert "Sales talk" in html_of(mo.get(f"{page}?site=news"))
    for wrong in ("https://evil.example/queue", "//evil.example/queue", "/account", "/queue\\x"):
        assert mo.post("/account/views", {"name": "x", "path": wrong}).status_code == 422, wrong
    assert mo.post("/account/views", {"name": " ", "path": path}).status_code == 422
    mo.post("/account/views", {"name": "Sales talk", "path": path, "act": "remove"})
    assert "Sales talk" not in html_of(mo.get("/search?site=news"))
