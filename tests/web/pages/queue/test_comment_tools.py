"""The tools of one comment (notes, replies, bans), and colleagues who share a queue."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select, update

from service.actions.sites.sites_and_keys import add_site
from service.config import Settings
from service.domain.ids import new_id
from service.domain.states import State
from service.store.comments.check_input import claimed_comments
from service.store.db.engine import Database
from service.store.tables.accounts import Role
from service.store.tables.comments import Comment, RevisionRow
from service.store.tables.moderation import ScreenLease
from service.store.tables.outbox import Event
from service.web.pages.queue.page import CARDS
from tests.support.seeding import Seed, sow
from tests.support.sign_in import Browser, moderator, serving
from tests.web.pages.queue.queue_page import cards_of, text_of


@pytest.fixture
def app(settings: Settings, database: Database) -> Iterator[Flask]:
    with database.writing() as session:
        add_site(session, "news", origins=["https://news.example"], name="The News", now=datetime.now(UTC))
    with serving(settings) as app:
        yield app


@pytest.fixture
def dana(app: Flask, database: Database) -> Browser:
    return Browser(app).signed_in(moderator(database, "dana@news.example", name="Dana"))


def reading_of(database: Database, comment_id: UUID):
    with database.reading() as session:
        return claimed_comments(session, [comment_id], now=datetime.now(UTC), site_id="news")[0].reading


def test_a_note_is_for_colleagues(dana: Browser, database: Database) -> None:
    (one,) = sow(database, "news", [Seed("one")])
    dana.get("/queue")
    dana.post(f"/queue/comments/{one}/note", {"site": "news", "text": "ask the desk <b>first</b>"})
    assert "Dana: ask the desk <b>first</b>" in text_of(dana.get("/queue"))
    assert dana.post(f"/queue/comments/{one}/note", {"site": "news", "text": " "}).status_code == 422
    assert dana.post(f"/queue/comments/{new_id()}/note", {"site": "news", "text": "x"}).status_code == 404


def test_a_reply_speaks_for_the_site_and_is_published(dana: Browser, database: Database) -> None:
    (one,) = sow(database, "news", [Seed("a question")])
    dana.get("/queue")
    assert dana.post(f"/queue/comments/{one}/reply", {"site": "news", "text": "An answer"}).status_code == 303
    with database.reading() as session:
        reply = session.scalar(select(Comment).where(Comment.parent_id == one))
    assert (reply.state, reply.author_name, reply.text) == (State.APPROVED, "The News", "An answer")


def test_an_edit_keeps_the_original_and_is_checked_again(dana: Browser, database: Database) -> None:
    (one,) = sow(database, "news", [Seed("rude words")])
    dana.get("/queue")
    assert dana.post(f"/queue/comments/{one}/edit", {"site": "news", "text": "kind words", "version": "1"}).status_code == 303
    with database.reading() as session:
        comment = session.get(Comment, one)
        assert (comment.state, comment.text) == (State.PENDING, "kind words")
        assert session.scalar(select(RevisionRow.text)) == "rude words"
    page = text_of(dana.get(f"/queue/comments/{one}"))
    assert "rude words" in page
    assert "Dana: I edited the text." in page
    assert dana.post(f"/queue/comments/{one}/edit", {"site": "news", "text": "late", "version": "1"}).status_code == 409


@pytest.mark.parametrize(("act", "banned", "trusted"), [("ban", True, False), ("trust", False, True)])
def test_an_author_is_banned_or_trusted_until_a_day_and_forgiven(
    dana: Browser, database: Database, act: str, banned: bool, trusted: bool
) -> None:
    (one,) = sow(database, "news", [Seed("one", "Eve")])
    with database.writing() as session:
        session.execute(update(Comment).values(author_external_id=""))
    dana.get("/queue")
    dana.post(f"/authors/{one}", {"site": "news", "act": act, "for": "7d"})
    reading = reading_of(database, one)
    # This author has no host id and so cannot be trusted by hand: anyone could type the same e-mail.
    assert (reading.lists.blocked_author, reading.history.vouched, reading.history.trusted) == (banned, False, False)
    assert ("banned" if banned else "trusted") in text_of(dana.get("/queue"))
    page = dana.get("/authors").get_data(as_text=True)
    assert "Eve" in page
    with database.writing() as session:
        session.execute(update(Comment).values(received_at=datetime.now(UTC) + timedelta(days=8)))
    assert not reading_of(database, one).lists.blocked_author
    dana.post("/authors", {"site": "news", "entry": page.split('name="entry" value="')[1][:36]})
    assert 'name="entry"' not in dana.get("/authors").get_data(as_text=True)


def test_a_ban_on_a_card_tells_the_author_the_reason_that_was_chosen(dana: Browser, database: Database) -> None:
    (one,) = sow(database, "news", [Seed("one", "Eve")])
    dana.get("/queue")
    form = dana.get(f"/queue/comments/{one}/tools/ban?site=news").get_data(as_text=True)
    assert '<option value="insult">' in form
    ban = {"site": "news", "act": "ban", "for": "7d"}
    for reason in ("", "spam", "insult"):
        assert dana.post(f"/queue/comments/{one}/author", {**ban, "reason": reason}).status_code == 303
        with database.reading() as session:
            (event,) = session.scalars(select(Event).where(Event.type == "author.banned").order_by(Event.seq.desc()).limit(1))
            assert event.facts["reason"] == reason
    assert dana.post(f"/queue/comments/{one}/author", {**ban, "reason": "whim"}).status_code == 422


def test_an_unknown_author_cannot_be_banned(dana: Browser, database: Database) -> None:
    (one,) = sow(database, "news", [Seed("one")])
    with database.writing() as session:
        session.execute(update(Comment).values(author_key=""))
    dana.get("/queue")
    assert dana.post(f"/authors/{one}", {"site": "news", "act": "ban", "for": "7d"}).status_code == 409
    assert dana.post(f"/authors/{one}", {"site": "news", "act": "burn", "for": "7d"}).status_code == 422


def test_a_viewer_changes_nothing_in_place(app: Flask, database: Database) -> None:
    (one,) = sow(database, "news", [Seed("one")])
    viewer = Browser(app).signed_in(moderator(database, "vera@news.example", Role.VIEWER))
    for what in ("note", "reply", "edit"):
        assert viewer.post(f"/queue/comments/{one}/{what}", {"site": "news", "text": "x"}).status_code == 403
    assert viewer.post(f"/authors/{one}", {"site": "news", "act": "ban", "for": "7d"}).status_code == 403
    assert "Add note" not in text_of(viewer.get(f"/queue/comments/{one}"))


def test_colleagues_get_different_cards_and_nobody_is_kept_from_any(app: Flask, dana: Browser, database: Database) -> None:
    ids = [str(i) for i in sow(database, "news", [Seed(f"n {n}", minutes=30 - n) for n in range(20)])]
    sam = Browser(app).signed_in(moderator(database, "sam@news.example", name="Sam"))
    dana.get("/queue")
    assert dana.send("/queue/leases?site=news", {"ids": ids[:15]}).status_code == 200
    page = sam.get("/queue")
    assert cards_of(page) == ids[15:]
    assert "Colleagues are looking at 15 more comments" in text_of(page)
    assert cards_of(sam.get("/queue?words=n")) == ids[:CARDS]
    sam.send("/queue/leases?site=news", {"ids": ids})
    with database.reading() as session:
        assert len(session.scalars(select(ScreenLease.comment_id).where(ScreenLease.moderator_id.is_not(None))).all()) == 20
    assert cards_of(dana.get("/queue")) == ids[:CARDS]
    with database.writing() as session:
        session.execute(update(ScreenLease).values(until=datetime.now(UTC) - timedelta(seconds=1)))
    assert cards_of(sam.get("/queue")) == ids[:CARDS]


def test_what_only_colleagues_have_is_shown_with_a_quiet_note(app: Flask, dana: Browser, database: Database) -> None:
    (one,) = sow(database, "news", [Seed("one")])
    sam = Browser(app).signed_in(moderator(database, "sam@news.example", name="Sam"))
    dana.get("/queue")
    dana.send("/queue/leases?site=news", {"ids": [str(one)]})
    page = sam.get("/queue")
    assert cards_of(page) == [str(one)]
    assert "Dana is looking at this too" in text_of(page)
    decided = sam.post("/queue/decide", {"site": "news", "comment": f"{one}:1", "act": "approve"})
    assert decided.status_code == 303
