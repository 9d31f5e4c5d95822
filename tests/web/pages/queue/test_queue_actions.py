"""Decisions on the queue page, by its forms without JavaScript and by the actions that its module sends."""

import re
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import select

from service.domain.states import State
from service.store.db.engine import Database
from service.store.tables.comments import Comment, Thread
from service.store.tables.moderation import Decision
from service.store.tables.outbox import Event
from service.web.http.urls import feed_path
from tests.support.seeding import Seed, sow
from tests.support.sign_in import Browser
from tests.support.synthetic import SEEDS
from tests.web.pages.queue.queue_page import cards_of, comment_of, form, state_of, text_of


@pytest.mark.parametrize(
    ("act", "state", "reason"),
    [
        ("approve", State.APPROVED, ""),
        ("reject", State.REJECTED, ""),
        ("reject:insult", State.REJECTED, "insult"),
        ("spam", State.REJECTED, "spam"),
    ],
)
def test_a_form_decides_and_shows_the_next_card(dana: Browser, database: Database, act: str, state: State, reason: str) -> None:
    first, second = sow(database, "news", [Seed("one", minutes=9), Seed("two", minutes=5)])
    answer = dana.post("/queue/decide", form(dana.get("/queue"), act))
    assert answer.status_code == 303
    assert state_of(database, first) == state
    page = dana.get(answer.location)
    assert cards_of(page) == [str(second)]
    assert "1 still held" in text_of(page)
    with database.reading() as session:
        assert session.scalar(select(Decision.reason)) == reason


def test_skip_and_escalate_leave_the_state_alone(dana: Browser, database: Database) -> None:
    first, second = sow(database, "news", [Seed("one", minutes=9), Seed("two", minutes=5)])
    skipped = dana.post("/queue/decide", form(dana.get("/queue"), "skip"))
    assert cards_of(dana.get(skipped.location)) == [str(second)]
    dana.post("/queue/decide", form(dana.get("/queue"), "escalate"))
    assert cards_of(dana.get("/queue")) == [str(second)]
    escalated = dana.get("/queue?tab=escalated")
    assert cards_of(escalated) == [str(first)]
    assert "Escalated" in text_of(escalated)
    dana.post("/queue/return", form(escalated, ""))
    assert cards_of(dana.get("/queue")) == [str(first), str(second)]


def test_undo_takes_back_and_redo_does_again(dana: Browser, database: Database) -> None:
    (only,) = sow(database, "news", [Seed("one")])
    page = dana.get(dana.post("/queue/decide", form(dana.get("/queue"), "approve")).location).get_data(as_text=True)
    action = re.search(r'name="action_id" value="([^"]+)"', page)[1]
    undone = dana.post("/queue/undo", {"site": "news", "action_id": action})
    assert state_of(database, only) == State.HELD
    assert "Undone" in text_of(dana.get(undone.location))
    dana.post("/queue/redo", {"site": "news", "action_id": action})
    assert state_of(database, only) == State.APPROVED


def test_many_are_decided_and_taken_back_as_one_step(dana: Browser, database: Database) -> None:
    ids = sow(database, "news", [Seed(f"number {n}") for n in range(50)])
    action = str(uuid4())
    items = [{"id": str(i), "version": 1} for i in ids]
    dana.get("/queue")
    answer = dana.send("/queue/actions?site=news", {"action_id": action, "act": "reject", "reason": "insult", "items": items})
    assert [outcome["ok"] for outcome in answer.json["outcomes"]] == [True] * 50
    assert answer.json["held"] == 0
    answer = dana.send("/queue/actions/undo?site=news", {"action_id": action})
    assert answer.json["held"] == 50


def test_a_late_decision_is_told_who_was_first_and_changes_nothing(dana: Browser, sam: Browser, database: Database) -> None:
    (only,) = sow(database, "news", [Seed("one")])
    seen = dana.get("/queue")
    sam.post("/queue/decide", form(sam.get("/queue"), "reject:insult"))
    late = dana.post("/queue/decide", form(seen, "approve"))
    assert late.status_code == 409
    assert re.search(
        r"Sam already rejected this (just now|\d+ (second|minute)s? ago)\. Your decision changed nothing\.", text_of(late)
    )
    assert state_of(database, only) == State.REJECTED
    body = {"action_id": str(uuid4()), "act": "approve", "items": [{"id": str(only), "version": 1}]}
    outcome = dana.send("/queue/actions?site=news", body).json["outcomes"][0]
    assert (outcome["ok"], outcome["code"]) == (False, "already_decided")
    assert "Sam already rejected this" in outcome["detail"]


def test_a_gesture_that_is_sent_twice_counts_once(dana: Browser, database: Database) -> None:
    (only,) = sow(database, "news", [Seed("one")])
    dana.get("/queue")
    body = {"action_id": str(uuid4()), "act": "approve", "items": [{"id": str(only), "version": 1}]}
    first = dana.send("/queue/actions?site=news", body)
    assert first.json == dana.send("/queue/actions?site=news", body).json
    back = [dana.send("/queue/actions/undo?site=news", {"action_id": body["action_id"]}) for _ in range(2)]
    assert back[0].json == back[1].json
    with database.reading() as session:
        assert len(session.scalars(select(Event).where(Event.to_state == State.APPROVED)).all()) == 1


@pytest.mark.parametrize("until", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_a_moment_that_does_not_exist_in_utc_is_refused(dana: Browser, database: Database, until: str) -> None:
    (only,) = sow(database, "news", [Seed("one")])
    dana.get("/queue")
    items = [{"id": str(only), "version": 1, "until": until}]
    answer = dana.send("/queue/actions?site=news", {"action_id": str(uuid4()), "act": "approve", "items": items})
    assert answer.status_code == 422
    assert state_of(database, only) == State.HELD


def test_nobody_takes_back_what_another_did(dana: Browser, sam: Browser, database: Database) -> None:
    (only,) = sow(database, "news", [Seed("one")])
    body = {"action_id": str(uuid4()), "act": "approve", "items": [{"id": str(only), "version": 1}]}
    dana.get("/queue")
    sam.get("/queue")
    dana.send("/queue/actions?site=news", body)
    assert sam.send("/queue/actions/undo?site=news", {"action_id": body["action_id"]}).json["outcomes"] == []
    assert state_of(database, only) == State.APPROVED


def test_a_broken_gesture_is_refused_by_field(dana: Browser) -> None:
    action = str(uuid4())
    dana.get("/account")
    for body in (
        {},
        [],
        {"action_id": "x"},
        {"action_id": action, "act": "burn", "items": []},
        {"action_id": action, "act": "approve", "items": [{"id": 1}]},
    ):
        answer = dana.send("/queue/actions?site=news", body)
        assert answer.status_code == 422, body
        assert answer.json["errors"], body


def test_an_approval_that_brings_a_message_to_the_author_is_refused(dana: Browser, database: Database) -> None:
    (one,) = sow(database, "news", [Seed("We walked home")])
    sent = {**form(dana.get("/queue"), "approve"), "note": "We do not accept insults."}
    answer = dana.post("/queue/decide", sent)
    assert (
        answer.status_code,
        "Nothing was decided. You can send a message to the author only when you reject." in text_of(answer),
    ) == (422, True)
    action = {"action_id": str(uuid4()), "act": "approve", "note": "No.", "items": [{"id": str(one), "version": 1}]}
    assert dana.send("/queue/actions", action).status_code == 422
    assert state_of(database, one) == State.HELD


def test_a_form_without_an_act_changes_nothing_and_leaves_the_browser_where_it_is(dana: Browser, database: Database) -> None:
    (one,) = sow(database, "news", [Seed("We walked home", "Robin")])
    assert dana.post("/queue/decide", form(dana.get("/queue"), "")).status_code == 204
    assert dana.post(f"/authors/{one}", {"site": "news", "act": "", "for": "30d"}).status_code == 204
    assert state_of(database, one) == State.HELD
    assert "No banned authors." in text_of(dana.get("/authors"))


def test_what_was_just_approved_is_in_the_feed_at_once(app: Flask, dana: Browser, database: Database) -> None:
    sow(database, "news", SEEDS)
    queue = dana.get("/queue")
    with database.reading() as session:
        comment = session.get(Comment, UUID(comment_of(queue)[:36]))
        page = session.get(Thread, comment.thread_id)
    feed = feed_path("news", page.external_id)
    before = app.test_client().get(feed).json["count"]
    assert dana.post("/queue/decide", form(queue, "approve")).status_code == 303
    assert app.test_client().get(feed).json["count"] == before + 1


def test_one_escalates_to_a_colleague_who_sees_it(dana: Browser, sam: Browser, database: Database) -> None:
    (first, second) = sow(database, "news", [Seed("one", minutes=9), Seed("two", minutes=5)])
    sams = re.search(r'value="escalate:([0-9a-f-]{36})"[^>]*>Sam<', dana.get("/queue").get_data(as_text=True))[1]
    dana.post("/queue/decide", {**form(dana.get("/queue"), "escalate"), "to": sams, "word": "you know him"})
    action = {"action_id": str(uuid4()), "act": "escalate", "to": "moderator", "items": [{"id": str(second), "version": 1}]}
    assert dana.send("/queue/actions?site=news", action).json["yours"] == 0
    assert dana.send("/queue/actions?site=news", {**action, "to": str(uuid4())}).status_code == 422
    assert sam.get("/queue/counts").json["yours"] == 2
    yours = sam.get("/queue?tab=yours")
    assert cards_of(yours) == [str(first), str(second)]
    assert re.search("by Dana to Sam, (.* ago|just now): you know him", text_of(yours))
    sam.post("/queue/return", form(yours, ""))
    assert cards_of(sam.get("/queue?tab=yours")) == [str(second)]
    happened = text_of(sam.get(f"/queue/comments/{first}"))
    assert "Sam put this back" in happened
    assert "Escalated by Dana to Sam" in happened
    assert "you know him" in happened
