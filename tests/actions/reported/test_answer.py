"""Reports end with a decision about their comment, and an undo opens them again."""

from uuid import UUID

import pytest
from sqlalchemy import update

from service.actions.comments.edit_erase import erase
from service.actions.moderation.decide import Actor, Decided, Ruling, decide, undo
from service.actions.reported.answer import keep_reported, remove_reported
from service.domain.errors import AlreadyDecided
from service.domain.ids import new_id
from service.domain.states import State
from service.store.db.engine import Database
from service.store.tables.accounts import Moderator
from service.store.tables.comments import Comment
from service.store.tables.outbox import Event, EventState
from service.store.tables.reported import Report
from tests.actions.reported.reporting import DELAY, draft_of, own_events, receive, report, set_policy
from tests.support.factories import NOON, events, moved, with_comment


def person(database: Database, name: str = "Dana") -> UUID:
    with database.writing() as session:
        dana = Moderator(id=new_id(), email=f"{name.lower()}@news.example", name=name, created_at=NOON)
        session.add(dana)
    return dana.id


def test_a_kept_comment_stays_and_its_reporters_are_told(database: Database) -> None:
    comment_id = with_comment(database, state=State.APPROVED)
    first, later = receive(database, draft_of(comment_id)), receive(database, draft_of(comment_id, "later@mail.example"))
    dana = person(database)
    with database.writing() as session:
        keep_reported(
            session,
            "news",
            comment_id,
            [first.report_id],
            version=1,
            moderator_id=dana,
            message="It is a joke.",
            now=NOON,
            delay=DELAY,
        )
    stored = report(database, first)
    assert (stored.state, stored.note, stored.moderator_id) == ("dismissed", "It is a joke.", dana)
    # The later report was not on the moderator's screen.
    assert report(database, later).state == "open"
    with database.reading() as session:
        assert session.get_one(Comment, comment_id).state == State.APPROVED
        assert own_events(session, first.report_id) == [
            ("report.received", "open", "due"),
            ("report.decided", "dismissed", "due"),
        ]


def test_a_comment_that_reports_held_is_published_again_when_it_is_kept(database: Database) -> None:
    comment_id = with_comment(database, state=State.APPROVED)
    set_policy(database, reports_hold_from=2)
    received, dana = [receive(database, draft_of(comment_id, f"{n}@mail.example")) for n in range(2)], person(database)
    with database.writing() as session:
        keep_reported(
            session, "news", comment_id, [one.report_id for one in received], version=2, moderator_id=dana, now=NOON, delay=DELAY
        )  # fmt: skip
    with database.reading() as session:
        assert session.get_one(Comment, comment_id).state == State.APPROVED
        assert {one.state for one in session.query(Report)} == {"dismissed"}


def test_nothing_is_kept_or_removed_that_changed_since_it_was_seen(database: Database) -> None:
    comment_id = with_comment(database, state=State.APPROVED)
    received, dana = receive(database, draft_of(comment_id)), person(database)
    with database.writing() as session, pytest.raises(AlreadyDecided):
        keep_reported(session, "news", comment_id, [received.report_id], version=0, moderator_id=dana, now=NOON, delay=DELAY)
    with database.writing() as session, pytest.raises(AlreadyDecided):
        remove_reported(
            session, "news", comment_id, version=0, action_id=new_id(), moderator_id=dana, reason="insult", now=NOON, delay=DELAY
        )
    assert report(database, received).state == "open"


def test_a_moderator_upholds_the_reports_of_a_comment_that_the_checks_rejected_since(database: Database) -> None:
    comment_id = with_comment(database, state=State.APPROVED)
    received, dana = receive(database, draft_of(comment_id)), person(database)
    with database.writing() as session:
        moved(session, comment_id, State.REJECTED)
    with database.writing() as session:
        remove_reported(
            session, "news", comment_id, version=2, action_id=new_id(), moderator_id=dana, reason="insult", now=NOON, delay=DELAY
        )
    stored = report(database, received)
    assert (stored.state, stored.ground, stored.moderator_id) == ("upheld", "rules", dana)
    with database.reading() as session:
        assert session.get_one(Comment, comment_id).state == State.REJECTED
        assert [event.state for event in events(session, comment_id)] == ["withdrawn"]


@pytest.mark.parametrize(("reason", "ground"), [("illegal", "law"), ("insult", "rules")])
def test_a_removal_by_anybody_upholds_every_open_report(database: Database, reason: str, ground: str) -> None:
    comment_id = with_comment(database, state=State.APPROVED)
    received = receive(database, draft_of(comment_id))
    with database.writing() as session:
        ruling = Ruling(comment_id, State.REJECTED, 1, reason)
        [done] = decide(session, "news", [ruling], actor=Actor(key_id=new_id()), now=NOON, delay=DELAY)
    stored = report(database, received)
    assert isinstance(done, Decided)
    assert (stored.state, stored.ground, stored.decision_id) == ("upheld", ground, done.decision_id)


@pytest.mark.parametrize("sent", [False, True])
def test_an_undo_opens_the_reports_again_and_tells_who_was_told(database: Database, sent: bool) -> None:
    comment_id = with_comment(database, state=State.APPROVED)
    received, dana = receive(database, draft_of(comment_id)), person(database)
    with database.writing() as session:
        done = remove_reported(
            session, "news", comment_id, version=1, action_id=new_id(), moderator_id=dana, reason="insult", now=NOON, delay=DELAY
        )
    with database.writing() as session:
        if sent:
            session.execute(update(Event).values(state=EventState.SENT))
        undo(session, "news", [done.decision_id], actor=Actor(moderator_id=dana), now=NOON, delay=DELAY)
    stored = report(database, received)
    assert (stored.state, stored.ground) == ("open", "")
    with database.reading() as session:
        told = own_events(session, received.report_id)
    if sent:
        assert told[1:] == [("report.decided", "upheld", "sent"), ("report.reopened", "open", "due")]
    else:
        assert told == [("report.received", "open", "due"), ("report.decided", "upheld", "withdrawn")]


def test_erasing_a_comment_closes_its_reports_and_removes_their_words(database: Database) -> None:
    comment_id = with_comment(database, state=State.APPROVED)
    received = receive(database, draft_of(comment_id, law="A law", url="https://news.example/#c"))
    with database.writing() as session:
        erase(session, "news", comment_id, now=NOON)
    stored = report(database, received)
    assert (stored.state, stored.text, stored.law, stored.url) == ("erased", "", "", "")
