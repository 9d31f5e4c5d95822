"""A complaint comes once and within six months, and another person than before decides it."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select, update

from service.actions.comments.edit_erase import erase
from service.actions.moderation.decide import Actor, Ruling, decide, undo
from service.actions.reported.answer import keep_reported
from service.actions.reported.complain import (
    ComplaintDraft,
    SamePerson,
    complain_as_author,
    complain_as_reporter,
    decide_complaint,
)
from service.domain.errors import AlreadyDecided, Conflict, Gone
from service.domain.ids import new_id
from service.domain.reported.reader_links import ReaderLinks
from service.domain.reported.report_draft import ReportDraft
from service.domain.states import State
from service.store.comments.transitions import Change, add_event
from service.store.db.engine import Database
from service.store.reported.statements import statement_of_comment
from service.store.tables.accounts import Moderator
from service.store.tables.comments import Comment
from service.store.tables.outbox import Event, EventState
from service.store.tables.reported import Complaint, Report
from service.store.tables.sites import Site
from tests.actions.reported.reporting import DELAY, SECRET_BOX, draft_of, illegal, own_events, receive
from tests.support.factories import NOON, events, with_comment

LINKS = ReaderLinks.from_secret("a secret that only the tests know, long enough", "https://g.example")
WHY = ComplaintDraft("I quoted somebody else.")


def person(database: Database, name: str) -> UUID:
    with database.writing() as session:
        somebody = Moderator(id=new_id(), email=f"{name.lower()}@news.example", name=name, created_at=NOON)
        session.add(somebody)
    return somebody.id


def removed(database: Database, by: UUID) -> UUID:
    comment_id = with_comment(database)
    with database.writing() as session:
        decide(
            session,
            "news",
            [Ruling(comment_id, State.REJECTED, 1, "insult")],
            actor=Actor(moderator_id=by),
            now=NOON,
            delay=DELAY,
        )
    return comment_id


def complain(database: Database, comment_id: UUID, *, days: int = 1, seq: int | None = 2) -> UUID:
    with database.writing() as session:
        now = NOON + timedelta(days=days)
        return complain_as_author(session, "news", comment_id, WHY, seq=seq, secret_box=SECRET_BOX, now=now).id


def settle(database: Database, complaint_id: UUID, by: UUID, *, uphold: bool) -> None:
    with database.writing() as session:
        decide_complaint(session, "news", complaint_id, uphold=uphold, version=None, moderator_id=by, now=NOON, delay=DELAY)


def test_another_person_publishes_the_comment_again(database: Database) -> None:
    dana, sam = person(database, "Dana"), person(database, "Sam")
    comment_id = removed(database, dana)
    complaint_id = complain(database, comment_id)
    with pytest.raises(SamePerson):
        settle(database, complaint_id, dana, uphold=False)
    settle(database, complaint_id, sam, uphold=True)
    with database.reading() as session:
        assert session.get_one(Comment, comment_id).state == State.APPROVED
        complaint = session.get_one(Complaint, complaint_id)
        assert (complaint.state, complaint.first_moderator_id, complaint.moderator_id) == ("upheld", dana, sam)
        assert [kind for kind, *_ in own_events(session, complaint_id)] == ["complaint.received", "complaint.decided"]
    with pytest.raises(AlreadyDecided):
        settle(database, complaint_id, sam, uphold=False)


def test_a_decision_stands_when_the_complaint_is_denied(database: Database) -> None:
    comment_id = removed(database, person(database, "Dana"))
    settle(database, complain(database, comment_id), person(database, "Sam"), uphold=False)
    with database.reading() as session:
        assert session.get_one(Comment, comment_id).state == State.REJECTED
        assert session.scalars(select(Complaint.state)).one() == "denied"


def test_a_complaint_comes_once_within_six_months_and_about_the_present_decision(database: Database) -> None:
    comment_id = removed(database, person(database, "Dana"))
    with pytest.raises(Gone):
        complain(database, comment_id, days=185)
    with pytest.raises(Conflict):
        complain(database, comment_id, seq=1)
    complain(database, comment_id, days=183)
    with pytest.raises(Conflict):
        complain(database, comment_id)


@pytest.mark.parametrize("then", ["confirmed", "published and undone"])
def test_a_decision_without_a_webhook_leaves_the_right_to_complain(database: Database, then: str) -> None:
    comment_id = with_comment(database, state=State.HELD)
    dana = Actor(moderator_id=person(database, "Dana"))
    with database.writing() as session:
        comment = session.get_one(Comment, comment_id)
        comment.state, comment.version = State.REJECTED, 2
        facts = {"by": "policy", "reasons": ["abuse.insult"]}
        add_event(session, [Change("news", comment.thread_id, comment_id, 2, State.HELD, State.REJECTED, facts)], now=NOON)
    with database.writing() as session:
        ruling = Ruling(comment_id, State.REJECTED if then == "confirmed" else State.APPROVED, 2, confirms=then == "confirmed")
        [outcome] = decide(session, "news", [ruling], actor=dana, now=NOON, delay=DELAY)
        if then != "confirmed":
            undo(session, "news", [outcome.decision_id], actor=dana, now=NOON, delay=DELAY)
    with database.reading() as session:
        comment, history = session.get_one(Comment, comment_id), events(session, comment_id)
        made = statement_of_comment(comment, history, session.get_one(Site, "news"), links=LINKS)
        assert (made["findings"], made["redress"]["complaint_url"]) == (["abuse.insult"], LINKS.complaint(comment_id, 2))
    complaint_id = complain(database, comment_id, seq=2)
    with pytest.raises(Conflict):
        complain(database, comment_id, seq=None)
    with pytest.raises(SamePerson):
        settle(database, complaint_id, dana.moderator_id, uphold=True)
    settle(database, complaint_id, person(database, "Sam"), uphold=True)
    with pytest.raises(Conflict):
        complain(database, comment_id, seq=2)


def test_a_comment_that_is_shown_cannot_be_complained_about(database: Database) -> None:
    comment_id = with_comment(database, state=State.APPROVED)
    with pytest.raises(Conflict):
        complain(database, comment_id, seq=None)


def test_a_reporter_whose_report_was_dismissed_complains_and_another_person_removes_the_comment(database: Database) -> None:
    comment_id = with_comment(database, state=State.APPROVED)
    received, dana, sam = receive(database, draft_of(comment_id)), person(database, "Dana"), person(database, "Sam")
    with database.writing() as session, pytest.raises(Conflict):
        complain_as_reporter(session, received.report_id, WHY, secret_box=SECRET_BOX, now=NOON)
    with database.writing() as session:
        keep_reported(session, "news", comment_id, [received.report_id], version=1, moderator_id=dana, now=NOON, delay=DELAY)
    with database.writing() as session:
        complaint_id = complain_as_reporter(session, received.report_id, WHY, secret_box=SECRET_BOX, now=NOON).id
    with pytest.raises(SamePerson):
        settle(database, complaint_id, dana, uphold=True)
    settle(database, complaint_id, sam, uphold=True)
    with database.reading() as session:
        assert session.get_one(Comment, comment_id).state == State.REJECTED
        assert session.get_one(Report, received.report_id).state == "upheld"


@pytest.mark.parametrize(("draft", "ground"), [(draft_of, "rules"), (illegal, "law")])
def test_a_report_that_is_upheld_after_the_comment_was_removed_has_its_ground(
    database: Database, draft: Callable[[UUID], ReportDraft], ground: str
) -> None:
    comment_id = with_comment(database, state=State.APPROVED)
    received, dana, sam = receive(database, draft(comment_id)), person(database, "Dana"), person(database, "Sam")
    with database.writing() as session:
        keep_reported(session, "news", comment_id, [received.report_id], version=1, moderator_id=dana, now=NOON, delay=DELAY)
        complaint_id = complain_as_reporter(session, received.report_id, WHY, secret_box=SECRET_BOX, now=NOON).id
        decide(
            session,
            "news",
            [Ruling(comment_id, State.REJECTED, None, "spam")],
            actor=Actor(moderator_id=dana),
            now=NOON,
            delay=DELAY,
        )
    settle(database, complaint_id, sam, uphold=True)
    with database.reading() as session:
        stored = session.get_one(Report, received.report_id)
        assert (stored.state, stored.ground) == ("upheld", ground)


@pytest.mark.parametrize(("draft", "ground", "reason"), [(draft_of, "rules", "insult"), (illegal, "law", "illegal")])
def test_a_removal_after_a_reporters_complaint_counts_as_one_after_their_report(
    database: Database, draft: Callable[[UUID], ReportDraft], ground: str, reason: str
) -> None:
    comment_id = with_comment(database, state=State.APPROVED)
    received, dana, sam = receive(database, draft(comment_id)), person(database, "Dana"), person(database, "Sam")
    with database.writing() as session:
        keep_reported(session, "news", comment_id, [received.report_id], version=1, moderator_id=dana, now=NOON, delay=DELAY)
        complaint_id = complain_as_reporter(session, received.report_id, WHY, secret_box=SECRET_BOX, now=NOON).id
    settle(database, complaint_id, sam, uphold=True)
    with database.reading() as session:
        stored = session.get_one(Report, received.report_id)
        assert (stored.state, stored.version, stored.ground, stored.moderator_id) == ("upheld", 3, ground, sam)
        assert [state for _, state, _ in own_events(session, stored.id)] == ["open", "dismissed", "upheld"]
        facts = events(session, comment_id)[-1].facts
        assert (facts["reason"], facts["notice"]) == (reason, True)


def undo_reversal(database: Database, complaint_id: UUID, by: UUID, *, sent: bool) -> None:
    """Undo the decision that reversed; `sent`: the host was told of it before."""
    with database.writing() as session:
        if sent:
            session.execute(update(Event).values(state=EventState.SENT))
        decision_id = session.get_one(Complaint, complaint_id).decision_id
        undo(session, "news", [decision_id], actor=Actor(moderator_id=by), now=NOON + timedelta(days=2), delay=DELAY)


@pytest.mark.parametrize("sent", [False, True])
def test_a_complaint_is_open_again_when_its_reversal_is_undone(database: Database, sent: bool) -> None:
    dana, sam = person(database, "Dana"), person(database, "Sam")
    comment_id = removed(database, dana)
    complaint_id = complain(database, comment_id)
    settle(database, complaint_id, sam, uphold=True)
    undo_reversal(database, complaint_id, sam, sent=sent)
    with database.reading() as session:
        complaint, told = session.get_one(Complaint, complaint_id), own_events(session, complaint_id)
        assert (complaint.state, complaint.version, complaint.decided_at, complaint.moderator_id) == ("open", 3, None, None)
        last = ("complaint.reopened", "open", "due") if sent else ("complaint.decided", "upheld", "withdrawn")
        assert told[-1] == last
        comment, history = session.get_one(Comment, comment_id), events(session, comment_id)
        made = statement_of_comment(comment, history, session.get_one(Site, "news"), links=LINKS)
        assert (made["reason"], made["restriction"]) == ("insult", "removal")
    with pytest.raises(Conflict):
        complain(database, comment_id, seq=None)
    with pytest.raises(SamePerson):
        settle(database, complaint_id, dana, uphold=True)
    settle(database, complaint_id, sam, uphold=True)


@pytest.mark.parametrize("sent", [False, True])
def test_a_dismissal_stands_again_when_its_reversal_is_undone(database: Database, sent: bool) -> None:
    comment_id = with_comment(database, state=State.APPROVED)
    received, dana, sam = receive(database, draft_of(comment_id)), person(database, "Dana"), person(database, "Sam")
    with database.writing() as session:
        keep_reported(session, "news", comment_id, [received.report_id], version=1, moderator_id=dana, now=NOON, delay=DELAY)
        complaint_id = complain_as_reporter(session, received.report_id, WHY, secret_box=SECRET_BOX, now=NOON).id
    settle(database, complaint_id, sam, uphold=True)
    undo_reversal(database, complaint_id, sam, sent=sent)
    with database.reading() as session:
        stored, complaint = session.get_one(Report, received.report_id), session.get_one(Complaint, complaint_id)
        assert (stored.state, stored.moderator_id, stored.decided_at) == ("dismissed", dana, NOON)
        assert complaint.state == "open"
        assert session.get_one(Comment, comment_id).state == State.APPROVED
        assert own_events(session, stored.id)[-1][0] == ("report.reopened" if sent else "report.decided")


def test_erasing_a_comment_removes_the_words_of_every_complaint(database: Database) -> None:
    comment_id = with_comment(database, state=State.APPROVED)
    received, dana = receive(database, draft_of(comment_id)), person(database, "Dana")
    with database.writing() as session:
        keep_reported(session, "news", comment_id, [received.report_id], version=1, moderator_id=dana, now=NOON, delay=DELAY)
        complain_as_reporter(session, received.report_id, WHY, secret_box=SECRET_BOX, now=NOON)
        erase(session, "news", comment_id, now=NOON)
    with database.reading() as session:
        complaint = session.scalars(select(Complaint)).one()
        assert (complaint.state, complaint.text, complaint.note) == ("erased", "", "")
