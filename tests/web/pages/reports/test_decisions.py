"""The decisions page: what people decided, and what the checks decided alone, with the same filters and files."""

import csv
import io
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from flask import Flask

from service.actions.moderation.notes_replies_bans import reply
from service.actions.moderation.queue_actions import SeenComment, decide_all, undo_action
from service.domain.ids import new_id
from service.domain.policy.signals import Kind
from service.domain.states import State
from service.store.accounts.moderators import moderator_with
from service.store.db.engine import Database
from service.store.tables.accounts import Role
from tests.support.seeding import PSEUDONYMS, Seed, sow
from tests.support.sign_in import Browser, moderator


@pytest.fixture
def viewer(app: Flask, database: Database) -> Browser:
    return Browser(app).signed_in(moderator(database, "vi@news.example", Role.VIEWER, site="news"))


def _seed(database: Database) -> None:
    """One comment of each state, and a reply of the site."""
    seeds = [
        Seed("calm words", state=State.APPROVED),
        Seed("buy pills", state=State.REJECTED, kind=Kind.SPAM_LINKS),
        Seed("doubtful words"),
    ]
    approved = sow(database, "news", seeds)[0]
    with database.writing() as session:
        person = moderator_with(session, "vi@news.example").id
        reply(
            session,
            "news",
            approved,
            "we answer",
            moderator_id=person,
            pseudonyms=PSEUDONYMS,
            now=datetime.now(UTC),
            delay=timedelta(0),
        )


def _page(browser: Browser, query: str = "") -> str:
    return unescape(browser.get(f"/decisions{query}").get_data(as_text=True))


def test_an_empty_list_leads_to_what_the_checks_decided(viewer: Browser, database: Database) -> None:
    sow(database, "news", [Seed("calm words", state=State.APPROVED)])
    page = _page(viewer)
    assert "No decisions yet" in page
    assert 'href="/decisions?site=news&who=checks"' in page


def test_what_the_checks_decided_alone_is_a_list_of_its_own(viewer: Browser, database: Database) -> None:
    _seed(database)
    page = _page(viewer, "?who=checks")
    assert "calm words" in page
    assert "buy pills" in page
    assert "Links" in page
    assert "doubtful words" not in page
    assert "we answer" not in page
    assert "we answer" in _page(viewer)
    assert "calm words" not in _page(viewer)


def test_automatic_decisions_are_filtered_and_downloaded_like_others(viewer: Browser, database: Database) -> None:
    _seed(database)
    assert "calm words" not in _page(viewer, "?who=checks&to=rejected")
    assert "buy pills" not in _page(viewer, "?who=checks&until=2020-01-01")
    rows = list(csv.DictReader(io.StringIO(viewer.get("/decisions.csv?who=checks").get_data(as_text=True))))
    assert {(row["who"], row["to"], row["reason"]) for row in rows} == {
        ("checks", "approved", ""),
        ("checks", "rejected", "spam.links"),
    }


def test_automatic_decisions_come_in_pages(viewer: Browser, database: Database) -> None:
    sow(database, "news", [Seed(f"calm words, number {n}", state=State.APPROVED, minutes=n) for n in range(53)])
    first = _page(viewer, "?who=checks")
    assert first.count("calm words, number") == 50
    older = first.split('class="next-page"')[1].split('href="')[1].split('"')[0]
    assert "who=checks" in older
    assert unescape(viewer.get(older).get_data(as_text=True)).count("calm words, number") == 3


def test_one_action_is_one_row_that_leads_to_each_of_its_decisions(app: Flask, viewer: Browser, database: Database) -> None:
    """An undo of a group writes a decision for each comment: each has a version of its own. The page shows it as one."""
    dana = Browser(app).signed_in(moderator(database, "dana@news.example", Role.MODERATOR, site="news"))
    ids = sow(database, "news", [Seed(f"Number {n}") for n in range(7)])
    with database.writing() as session:
        person, action_id = moderator_with(session, "dana@news.example").id, new_id()
        facts = {"moderator_id": person, "now": datetime.now(UTC), "delay": timedelta(0)}
        seen = [SeenComment(comment_id, None) for comment_id in ids]
        decide_all(session, "news", seen, State.REJECTED, action_id=action_id, reason="insult", **facts)
        undo_action(session, "news", action_id, **facts)
    dana.post("/account/preferences", {"language": "de"})
    page = _page(dana)
    assert page.count("<tr><td") == 2
    assert page.count("und 6 weitere") == 2
    assert "Beleidigung oder persönlicher Angriff" in page and ">insult" not in page
    assert _page(viewer, f"?action={action_id}").count("<tr><td") == 7
    assert len(list(csv.reader(io.StringIO(viewer.get("/decisions.csv").get_data(as_text=True))))) == 15
