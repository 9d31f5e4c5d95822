"""A form that comes after its session has ended is kept for its moderator, and for nobody else."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, update
from werkzeug.test import TestResponse

from service.actions.accounts.kept_forms import KEPT_FOR, LONGEST, MOST
from service.actions.accounts.sign_in import new_link
from service.domain.states import State
from service.store.accounts.moderators import moderator_with
from service.store.db.engine import Database
from service.store.tables.accounts import BrowserSession, KeptForm
from service.store.tables.moderation import Note
from tests.support.seeding import Seed, sow
from tests.support.sign_in import ORIGIN, Browser, html_of, moderator
from tests.web.pages.queue.queue_page import comment_of, state_of

TYPED = "I looked it up: the figure is right.\nPlease keep <b>this</b>."


@pytest.fixture
def dana(app: Flask, database: Database) -> Browser:
    return Browser(app).signed_in(moderator(database, "dana@news.example", site="news", name="Dana"))


def end_sessions(database: Database) -> None:
    with database.writing() as session:
        session.execute(update(BrowserSession).values(seen_at=datetime.now(UTC) - timedelta(days=2)))


def kept(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(KeptForm)) or 0


def sign_in_again(database: Database, browser: Browser, email: str) -> None:
    with database.writing() as session:
        person = moderator_with(session, email)
        link = new_link(session, person.id, now=datetime.now(UTC), valid=timedelta(hours=1))
    browser.signed_in(link)


def note_too_late(database: Database, dana: Browser) -> tuple[TestResponse, object]:
    """Dana writes a note on a comment; her session ends before she sends it."""
    [comment_id] = sow(database, "news", [Seed("one")])
    dana.get(f"/comments/{comment_id}")
    end_sessions(database)
    return dana.post(f"/queue/comments/{comment_id}/note", {"site": "news", "text": TYPED}), comment_id


def sent_again(page: str) -> tuple[str, dict[str, str]]:
    """The address and the fields of the form on the page."""
    path = re.search(r'<form method="post" action="([^"]+)" class="stack">', page)[1]
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
    return path, {**fields, **dict(re.findall(r'<textarea name="(\w+)"[^>]*>\n(.*?)</textarea>', page, re.DOTALL))}


def test_what_was_typed_comes_back_after_the_sign_in_and_is_sent_once_more(dana: Browser, database: Database) -> None:
    refused, comment_id = note_too_late(database, dana)
    goal = re.search(r"next=([^&]+)", refused.location)[1].replace("%2F", "/")
    assert refused.status_code == 303 and goal.startswith("/kept-form/")
    with database.reading() as session:
        assert TYPED[:8] not in session.scalars(select(KeptForm.encrypted)).one()
    sign_in_again(database, dana, "dana@news.example")
    assert TYPED in html_of(dana.get(goal)).replace("&lt;", "<").replace("&gt;", ">")
    # It is there again when the page is loaded again.
    path, fields = sent_again(html_of(dana.get(goal)))
    assert (path, fields["text"]) == (f"/queue/comments/{comment_id}/note", TYPED)
    assert dana.post(path, {"site": "news", "text": fields["text"]}, csrf=fields["csrf"]).status_code == 303
    with database.reading() as session:
        assert session.scalars(select(Note.text)).all() == [TYPED]


def test_a_decision_of_an_ended_session_waits_for_its_moderator(dana: Browser, database: Database) -> None:
    [comment_id] = sow(database, "news", [Seed("one")])
    form = {"site": "news", "comment": comment_of(dana.get("/queue")), "act": "reject:insult", "note": "Please stay kind."}
    end_sessions(database)
    goal = dana.post("/queue/decide", form).location.partition("next=")[2].replace("%2F", "/")
    assert state_of(database, comment_id) == State.HELD
    sign_in_again(database, dana, "dana@news.example")
    path, fields = sent_again(html_of(dana.get(goal)))
    # Neither the sign-in nor the page decides.
    assert state_of(database, comment_id) == State.HELD
    dana.post(path, fields, csrf=fields["csrf"])
    assert state_of(database, comment_id) == State.REJECTED


def test_another_person_who_signs_in_on_the_same_browser_sees_nothing(app: Flask, dana: Browser, database: Database) -> None:
    refused, _ = note_too_late(database, dana)
    goal = refused.location.partition("next=")[2].replace("%2F", "/")
    dana.signed_in(moderator(database, "sam@news.example", site="news", name="Sam"))
    answer = dana.get(goal)
    assert answer.status_code == 404 and "looked it up" not in html_of(answer)
    # It still waits for Dana, in any browser.
    again = Browser(app)
    sign_in_again(database, again, "dana@news.example")
    assert "looked it up" in html_of(again.get(goal))


@pytest.mark.parametrize("why", ["no cookie", "no token", "another origin", "signed out", "an account page", "too large"])
def test_nothing_is_kept_that_is_not_of_an_ended_session(why: str, dana: Browser, database: Database) -> None:
    [comment_id] = sow(database, "news", [Seed("one")])
    path, form, facts = f"/queue/comments/{comment_id}/note", {"site": "news", "text": TYPED}, {}
    dana.get("/account")
    if why == "signed out":
        dana.post("/sign-out")
    end_sessions(database)
    match why:
        case "no cookie":
            dana.client.delete_cookie("greenroom", domain="greenroom.example")
        case "no token":
            facts["csrf"] = "forged"
        case "another origin":
            facts["origin"] = "https://evil.example"
        case "an account page":
            path, form = "/account/password", {"password": "a long secret phrase", "again": "a long secret phrase"}
        case "too large":
            form["text"] = "x" * LONGEST
    answer = dana.post(path, form, **facts)
    assert answer.status_code in (303, 403)
    assert "kept-form" not in (answer.location or "")
    assert kept(database) == 0


def test_forms_are_few_and_short_lived(dana: Browser, database: Database) -> None:
    [comment_id] = sow(database, "news", [Seed("one")])
    dana.get("/account")
    end_sessions(database)
    goals = [
        dana.post(f"/queue/comments/{comment_id}/note", {"site": "news", "text": f"{n} {TYPED}"}).location.partition("next=")[2]
        for n in range(MOST + 2)
    ]
    assert kept(database) == MOST
    with database.writing() as session:
        session.execute(update(KeptForm).values(valid_until=datetime.now(UTC) - KEPT_FOR))
    sign_in_again(database, dana, "dana@news.example")
    assert dana.client.get(goals[-1].replace("%2F", "/"), base_url=ORIGIN).status_code == 404
