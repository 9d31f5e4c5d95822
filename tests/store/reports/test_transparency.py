"""The yearly report has the rows of the Commission's templates, and the counts of the year."""

import csv
import io
from datetime import date, timedelta

from sqlalchemy import select

from service.actions.moderation.authors import Judgement, judge_author
from service.actions.moderation.decide import Actor, Ruling, decide
from service.actions.reported.complain import ComplaintDraft, complain_as_author, decide_complaint
from service.domain.ids import new_id
from service.domain.states import State
from service.store.db.engine import Database
from service.store.lifecycle.evidence import evidence_of
from service.store.lifecycle.retention import rejected_of, some_of
from service.store.reports.transparency import transparency
from service.store.reports.transparency_csv import report_files
from service.store.tables.accounts import Moderator
from service.store.tables.comments import Comment
from service.store.tables.sites import Site
from tests.actions.reported.reporting import DELAY, SECRET_BOX, illegal, receive
from tests.support.factories import NOON, draft, moved, site, submitted

HOUR = timedelta(hours=1)


def a_year(database: Database) -> None:
    """One comment removed after a report by law, one removed at the site's own initiative and published again after a complaint."""
    with database.writing() as session:
        site(session)
        reported, own = submitted(session, draft("One."), draft("Two."))
        for comment_id in (reported, own):
            moved(session, comment_id, State.APPROVED)
        people = [Moderator(id=new_id(), email=f"{n}@news.example", created_at=NOON) for n in range(2)]
        session.add_all(people)
        first, second = (one.id for one in people)
    receive(database, illegal(reported))
    with database.writing() as session:
        rulings = [Ruling(reported, State.REJECTED, 1, "illegal"), Ruling(own, State.REJECTED, 1, "insult")]
        decide(session, "news", rulings, actor=Actor(moderator_id=first), now=NOON + 3 * HOUR, delay=DELAY)
        complaint = complain_as_author(
            session, "news", own, ComplaintDraft("No insult."), seq=2, secret_box=SECRET_BOX, now=NOON + 4 * HOUR
        )
        decide_complaint(
            session, "news", complaint.id, uphold=True, version=None, moderator_id=second, now=NOON + 9 * HOUR, delay=DELAY
        )


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_a_year_is_counted_in_the_form_of_the_templates(database: Database) -> None:
    a_year(database)
    with database.reading() as session:
        files = report_files(transparency(session, session.get_one(Site, "news"), 2026), published=date(2027, 1, 31))
    assert all("\r\n" in text for text in files.values())
    notices = {row["Category of illegal content"]: row for row in rows_of(files["part_4_notices.csv"])}
    for category in ("TOTAL", "STATEMENT_CATEGORY_VIOLENCE", "KEYWORD_INCITEMENT_VIOLENCE_HATRED"):
        row = notices[category]
        assert row["Number of notices received "] == "1"
        assert row["Median time to take action"] == "3.0"
        assert row["Number of actions taken on the basis of the law"] == "1"
        assert row["Reporting period"] == "2026-01-01/2026-12-31"
    assert notices["STATEMENT_CATEGORY_SELF_HARM"]["Number of notices received "] == "0"
    own = {
        row["Category of incompatibility with the provider's terms and conditions"]: row
        for row in rows_of(files["part_6_own_initiative_tc.csv"])
    }
    assert own["TOTAL"]["Number of measures taken at the provider's own initiative "] == "1"
    assert own["KEYWORD_CYBER_HARASSMENT"]["Visibility restriction Removal"] == "1"
    complaints = rows_of(files["part_7_appeals_and_recidivism.csv"])
    assert [row["Value"] for row in complaints[:6]] == ["1", "0", "0", "1", "5.0", "0"]
    automated = rows_of(files["part_8_automated_means.csv"])
    assert [row["Value"] for row in automated[:2]] == ["0", "2"]


def test_retention_keeps_what_can_be_complained_about_for_six_months(database: Database) -> None:
    a_year(database)
    with database.reading() as session:
        day = NOON + timedelta(days=100)
        assert some_of(session, rejected_of("news", day, now=day), limit=9) == []
        later = NOON + timedelta(days=190)
        assert len(some_of(session, rejected_of("news", later, now=later), limit=9)) == 1


def test_the_evidence_of_a_comment_has_its_reports_decisions_and_neighbours(database: Database) -> None:
    a_year(database)
    with database.reading() as session:
        ids = some_of(session, rejected_of("news", NOON + timedelta(days=190), now=NOON + timedelta(days=190)), limit=1)
        evidence = evidence_of(session, "news", ids[0], secret_box=SECRET_BOX)
        assert evidence_of(session, "blog", ids[0], secret_box=SECRET_BOX) is None
    assert evidence is not None
    assert evidence["comment"]["text"] == "One."
    assert [one["reporter"] for one in evidence["reports"]] == ["Rita"]
    assert [one["reason"] for one in evidence["decisions"]] == ["illegal"]
    assert [one["text"] for one in evidence["around"]] == ["Two."]


def test_bans_for_illegal_content_are_counted_as_suspensions(database: Database) -> None:
    a_year(database)
    with database.writing() as session:
        comment, by = session.scalars(select(Comment)).first(), session.scalars(select(Moderator)).first()
        comment.author_key = "e:somebody"
        for reason in ("illegal", "spam", ""):
            judgement = Judgement("ban", NOON + HOUR, reason=reason)
            judge_author(session, "news", comment.id, judgement, moderator=by, now=NOON)
    with database.reading() as session:
        files = report_files(transparency(session, session.get_one(Site, "news"), 2026), published=date(2027, 1, 31))
    rows = rows_of(files["part_7_appeals_and_recidivism.csv"])
    assert [row["Value"] for row in rows if row["Section"].startswith("Suspensions")] == ["1", "0", "0"]
