"""Reports for tests."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.actions.reported.receive import ReceivedReport, receive_report
from service.domain.reported.contact import Contact
from service.domain.reported.kinds import IllegalContent, ReportKind
from service.domain.reported.report_draft import ReportDraft
from service.domain.security.encryption import SecretBox
from service.store.db.engine import Database
from service.store.tables.outbox import Event
from service.store.tables.reported import Report
from service.store.tables.sites import Site
from tests.support.factories import NOON, PSEUDONYMS

SECRET_BOX = SecretBox.from_secret("a secret that only the tests know, long enough")
DELAY = timedelta(seconds=5)


def draft_of(comment_id: UUID, email: str = "rita@mail.example", **more: object) -> ReportDraft:
    facts = {"kind": ReportKind.RULES, "reason": "insult", "text": "It insults my neighbour.", "good_faith": True}
    return ReportDraft(comment_id=comment_id, contact=Contact("Rita", email), **{**facts, **more})


def illegal(comment_id: UUID, email: str = "rita@mail.example", **more: object) -> ReportDraft:
    return draft_of(comment_id, email, **{"kind": ReportKind.ILLEGAL, "reason": IllegalContent.THREAT, **more})


def receive(database: Database, draft: ReportDraft, *, now: datetime = NOON) -> ReceivedReport:
    with database.writing() as session:
        return receive_report(session, "news", draft, pseudonyms=PSEUDONYMS, secret_box=SECRET_BOX, now=now)


def report(database: Database, received: ReceivedReport) -> Report:
    with database.reading() as session:
        return session.get_one(Report, received.report_id)


def own_events(session: Session, about_id: UUID) -> list[tuple[str, str, str]]:
    """The type, the state of the report and the state of each event of a report or a complaint."""
    rows = session.scalars(select(Event).where(Event.about_id == about_id).order_by(Event.seq))
    return [(event.type, event.to_state, event.state) for event in rows]


def set_policy(database: Database, **policy: object) -> None:
    with database.writing() as session:
        site = session.get_one(Site, "news")
        site.policy = {**site.policy, **policy}
