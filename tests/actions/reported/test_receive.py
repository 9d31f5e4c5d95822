"""A report is complete, comes once from each reporter, counts by its reporter's record, and may hold a comment with others."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from service.actions.reported.receive import MOST_A_DAY, TooManyReports
from service.domain.errors import Conflict, Gone, Invalid, NotFound
from service.domain.ids import new_id
from service.domain.reported.contact import Contact
from service.domain.reported.kinds import IllegalContent
from service.domain.reported.weights import holds, weight_of
from service.domain.states import State
from service.store.db.engine import Database
from service.store.tables.comments import Comment, Thread, VerdictRow
from tests.actions.reported.reporting import SECRET_BOX, draft_of, illegal, own_events, receive, report, set_policy
from tests.support.factories import NOON, PSEUDONYMS, draft, events, moved, submitted, with_comment


def test_a_report_is_stored_and_its_receipt_is_an_event(database: Database) -> None:
    comment_id = with_comment(database, state=State.APPROVED)
    received = receive(database, illegal(comment_id, law="Section 241 of the criminal code"))
    stored = report(database, received)
    assert (stored.state, stored.kind, stored.reason, stored.weight) == ("open", "illegal", "threat", 1.0)
    assert Contact.opened(stored.contact, SECRET_BOX) == Contact("Rita", "rita@mail.example")
    with database.reading() as session:
        assert own_events(session, stored.id) == [("report.received", "open", "due")]
        assert session.get_one(Comment, comment_id).state == State.APPROVED


def test_the_name_and_the_address_of_a_reporter_stand_nowhere_in_the_clear(database: Database) -> None:
    comment_id = with_comment(database, state=State.APPROVED)
    receive(database, illegal(comment_id, "secret.reporter@mail.example"))
    with database.reading() as session:
        for table in ("report", "event", "comment"):
            rows = str(session.execute(text(f"SELECT * FROM {table}")).all())  # noqa: S608
            assert "secret.reporter" not in rows
            assert "Rita" not in rows


@pytest.mark.parametrize(
    ("missing", "pointer"),
    [
        ({"text": "  "}, "/text"),
        ({"good_faith": False}, "/good_faith"),
        ({"reason": "nonsense"}, "/reason"),
        ({"reason": IllegalContent.OTHER}, "/law"),
        ({"contact": Contact("", "rita@mail.example")}, "/name"),
        ({"contact": Contact("Rita", "")}, "/email"),
    ],
)
def test_a_report_of_illegal_content_must_be_complete(database: Database, missing: dict, pointer: str) -> None:
    comment_id = with_comment(database, state=State.APPROVED)
    complete = illegal(comment_id)
    facts = {name: getattr(complete, name) for name in complete.__slots__} | missing
    with pytest.raises(Invalid) as refused:
        receive(database, type(complete)(**facts))
    assert [fault.pointer for fault in refused.value.faults] == [pointer]


def test_sexual_abuse_of_children_is_reported_without_a_name(database: Database) -> None:
    comment_id = with_comment(database, state=State.APPROVED)
    anonymous = illegal(comment_id, "", reason=IllegalContent.CHILD_ABUSE)
    facts = {name: getattr(anonymous, name) for name in anonymous.__slots__} | {"contact": Contact()}
    stored = report(database, receive(database, type(anonymous)(**facts)))
    assert (stored.contact, stored.reporter_key) == ("", "")


def test_the_same_reporter_reports_a_comment_once(database: Database) -> None:
    comment_id = with_comment(database, state=State.APPROVED)
    receive(database, draft_of(comment_id))
    with pytest.raises(Conflict):
        receive(database, draft_of(comment_id, "RITA@mail.example"))
    receive(database, draft_of(comment_id, "somebody@mail.example"))
    receive(database, draft_of(comment_id, "", address="203.0.113.7"))
    with pytest.raises(Conflict):
        receive(database, draft_of(comment_id, "", address="203.0.113.7"))


def test_only_what_is_there_can_be_reported(database: Database) -> None:
    comment_id = with_comment(database, state=State.REJECTED)
    with pytest.raises(Gone):
        receive(database, draft_of(comment_id))
    with pytest.raises(NotFound):
        receive(database, draft_of(new_id()))


def test_a_reporter_sends_a_limited_number_a_day_and_a_trusted_flagger_any_number(database: Database) -> None:
    with_comment(database, state=State.APPROVED)
    with database.writing() as session:
        ids = submitted(session, *[draft(f"Comment number {n}") for n in range(MOST_A_DAY + 1)])
        for comment_id in ids:
            moved(session, comment_id, State.APPROVED)
    for comment_id in ids[:-1]:
        receive(database, draft_of(comment_id))
    with pytest.raises(TooManyReports):
        receive(database, draft_of(ids[-1]))
    receive(database, draft_of(ids[-1], "office@flagger.example"))
    set_policy(database, trusted_flaggers={PSEUDONYMS.author(external_id="", email="rita@mail.example"): "Rita"})
    assert report(database, receive(database, draft_of(ids[-1]))).trusted
    receive(database, draft_of(ids[-1], "later@mail.example"), now=NOON + timedelta(days=2))


def test_one_report_holds_no_comment_and_enough_reports_hold_it_if_the_site_wants_that(database: Database) -> None:
    comment_id = with_comment(database, state=State.APPROVED)
    assert receive(database, draft_of(comment_id, "a@mail.example")).held is None
    assert receive(database, draft_of(comment_id, "b@mail.example")).held is None
    set_policy(database, reports_hold_from=3)
    held = receive(database, draft_of(comment_id, "c@mail.example")).held
    assert held is not None
    with database.reading() as session:
        comment = session.get_one(Comment, comment_id)
        assert (comment.state, comment.reason, comment.version) == (State.HELD, "site.reported", 2)
        assert [(e.type, e.seq, e.facts["by"]) for e in events(session, comment_id)] == [("comment.held", 2, "reports")]
        assert session.get_one(Thread, comment.thread_id).feed_version == 1
        reasons = [row.reasons[0]["rule"] for row in session.query(VerdictRow)]
        assert reasons == ["3 readers reported it"]


def test_reports_of_one_who_is_mostly_wrong_count_less() -> None:
    assert weight_of(upheld=0, dismissed=2) == 1.0
    assert weight_of(upheld=0, dismissed=3) == 0.1
    assert weight_of(upheld=1, dismissed=3) == 0.5
    assert weight_of(upheld=3, dismissed=1) == 1.0
    assert weight_of(upheld=0, dismissed=9, trusted=True) == 2.0
    assert not holds([2.0], hold_from=2)
    assert not holds([1.0, 1.0], hold_from=0)
    assert holds([1.0, 1.0], hold_from=2)
    assert not holds([0.1] * 9, hold_from=2)
