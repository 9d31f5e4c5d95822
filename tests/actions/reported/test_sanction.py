"""A reporter whose reports are mostly dismissed is warned, then suspended for a time; nobody else is."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from service.actions.reported.answer import keep_reported
from service.actions.reported.forget import forget_reporter
from service.actions.reported.sanction import SuspendedReporter, end_suspension, suspend_reporter, warn_reporter
from service.domain.errors import Conflict, Invalid
from service.domain.reported.reader_links import ReaderLinks
from service.domain.reported.weights import is_often_unfounded
from service.domain.states import State
from service.store.db.engine import Database
from service.store.reported.mails import mail_to_reader
from service.store.reports.transparency import transparency
from service.store.reports.transparency_csv import report_files
from service.store.tables.outbox import Event
from service.store.tables.reported import Report
from service.store.tables.sites import Site
from tests.actions.reported.reporting import DELAY, SECRET_BOX, draft_of, own_events, receive
from tests.support.factories import NOON, PSEUDONYMS, draft, moved, site, submitted

LINKS = ReaderLinks.from_secret("a secret that only the tests know, long enough", "https://greenroom.example")
WEEK = timedelta(days=7)


def published(database: Database) -> UUID:
    """The id of a new published comment."""
    with database.writing() as session:
        if session.get(Site, "news") is None:
            site(session)
        (comment_id,) = submitted(session, draft())
        moved(session, comment_id, State.APPROVED)
    return comment_id


def dismissed(database: Database, number: int, email: str = "rita@mail.example") -> list[UUID]:
    """The ids of reports by one person, all dismissed by a moderator."""
    ids = []
    for _ in range(number):
        comment_id = published(database)
        ids.append(receive(database, draft_of(comment_id, email), now=NOON - timedelta(days=2)).report_id)
        with database.writing() as session:
            keep_reported(
                session, "news", comment_id, ids[-1:], version=None, moderator_id=None, now=NOON - timedelta(days=1), delay=DELAY
            )
    return ids


def warn(database: Database, report_id: UUID, statement: str = "Three times nothing was wrong.") -> None:
    with database.writing() as session:
        warn_reporter(session, "news", report_id, statement, now=NOON)


def suspend(database: Database, report_id: UUID, statement: str = "Again nothing was wrong.") -> None:
    with database.writing() as session:
        suspend_reporter(session, "news", report_id, statement, lasts=WEEK, now=NOON)


def test_a_suspension_follows_a_warning_and_ends_by_itself(database: Database) -> None:
    first, *_, last = dismissed(database, 3)
    with pytest.raises(Conflict, match="warn this reporter first"):
        suspend(database, last)
    warn(database, first)
    suspend(database, last)
    with pytest.raises(Conflict, match="suspended already"):
        suspend(database, first)
    comment_id = published(database)
    with pytest.raises(SuspendedReporter, match="2026-03-08 12:00 UTC.*Again nothing was wrong") as refused:
        receive(database, draft_of(comment_id), now=NOON + WEEK - timedelta(seconds=1))
    assert refused.value.until == NOON + WEEK
    assert receive(database, draft_of(comment_id, "sam@mail.example"))
    assert receive(database, draft_of(comment_id), now=NOON + WEEK)


def test_the_reporter_is_told_by_an_event_with_a_mail(database: Database) -> None:
    first, *_ = dismissed(database, 3)
    warn(database, first)
    suspend(database, first)
    with database.reading() as session:
        assert [kind for kind, _, _ in own_events(session, first)[-2:]] == ["reporter.warned", "reporter.suspended"]
        event = session.scalar(select(Event.id).where(Event.type == "reporter.suspended"))
        mail = mail_to_reader(session, event, links=LINKS, secret_box=SECRET_BOX)
    assert mail.subject == "Your reports are not taken until 2026-03-08"
    for part in ("also after a warning", "Again nothing was wrong.", "If you do not agree", "court"):
        assert part in mail.text


def test_a_suspension_is_lifted_or_forgotten_with_its_reporter(database: Database) -> None:
    comment_id = published(database)
    for number, email in enumerate(("rita@mail.example", "otto@mail.example")):
        first, *_ = dismissed(database, 3, email)
        warn(database, first)
        suspend(database, first)
        with database.writing() as session:
            if number:
                end_suspension(session, "news", first, now=NOON)
            else:
                forget_reporter(session, "news", email, pseudonyms=PSEUDONYMS, secret_box=SECRET_BOX, now=NOON)
                assert session.get_one(Report, first).sanction == ""
        assert receive(database, draft_of(comment_id, email))


def test_who_is_mostly_right_or_new_is_not_warned(database: Database) -> None:
    assert [is_often_unfounded(upheld=u, dismissed=d) for u, d in ((0, 2), (0, 3), (3, 3), (3, 4))] == [False, True, False, True]
    [only] = dismissed(database, 1)
    with pytest.raises(Conflict, match="mostly dismissed"):
        warn(database, only)
    first, *_ = dismissed(database, 3, "sam@mail.example")
    with pytest.raises(Invalid):
        warn(database, first, "  ")


def test_the_yearly_report_counts_suspensions_of_reporters(database: Database) -> None:
    first, *_ = dismissed(database, 3)
    warn(database, first)
    suspend(database, first)
    with database.reading() as session:
        written = report_files(transparency(session, session.get_one(Site, "news"), NOON.year), published=NOON.date())
    [line] = [line for line in written["part_7_appeals_and_recidivism.csv"].splitlines() if "unfounded notices" in line]
    assert line.endswith("Total number,1,")
