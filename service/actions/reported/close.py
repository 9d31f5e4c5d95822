"""Close reports: when their comment is removed, when a person decides that it stays, and when it is erased."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from service.store.db.site_keys import site_of
from service.store.reported.events import add_own_event
from service.store.reported.reports import open_reports
from service.store.tables.outbox import EventType
from service.store.tables.reported import Complaint, ComplaintState, Report, ReportState


@dataclass(frozen=True, slots=True)
class Closing:
    """What closes the reports of a comment: the outcome, the ground of a removal, and the decision on the comment, if there is one."""

    state: ReportState
    decision_id: UUID | None = None
    ground: str = ""


def close_reports(
    session: Session,
    reports: Sequence[Report],
    closing: Closing,
    *,
    now: datetime,
    due_at: datetime | None = None,
    moderator_id: UUID | None = None,
    key_id: UUID | None = None,
) -> None:
    """Give these open reports their outcome. Each reporter is told by an event, which waits until `due_at`."""
    for report in reports:
        report.state, report.version, report.decided_at = closing.state, report.version + 1, now
        report.moderator_id, report.key_id, report.decision_id = moderator_id, key_id, closing.decision_id
        report.ground, report.note = closing.ground, ""
    session.flush()
    for report in reports:
        add_own_event(session, report, EventType.REPORT_DECIDED, now=now, due_at=due_at)


def close_decided(
    session: Session,
    site_id: str,
    closings: Mapping[UUID, Closing],
    *,
    now: datetime,
    due_at: datetime,
    moderator_id: UUID | None,
    key_id: UUID | None,
) -> set[UUID]:
    """Close all open reports of comments that were just decided. `closings` says how, for each comment. Returns the comments that
    had reports."""
    reports = open_reports(session, site_id, list(closings)) if closings else []
    for report in reports:
        close_reports(
            session, [report], closings[report.comment_id], now=now, due_at=due_at, moderator_id=moderator_id, key_id=key_id
        )
    return {report.comment_id for report in reports}


def erase_words(session: Session, site_id: str, comment_id: UUID, *, now: datetime) -> None:
    """Remove what reporters and the author wrote about a comment that is erased: it may quote the comment or name its author. Open
    reports and complaints are closed."""
    close_reports(session, open_reports(session, site_id, [comment_id]), Closing(ReportState.ERASED), now=now)
    reports = (
        update(Report)
        .where(site_of(Report) == site_id, Report.comment_id == comment_id)
        .values(text="", law="", url="", note="", sanction="")
    )
    complaints = update(Complaint).where(site_of(Complaint) == site_id, Complaint.comment_id == comment_id)
    for statement in (
        reports,
        complaints.values(text="", note=""),
        complaints.where(Complaint.report_id.is_(None)).values(contact=""),
        complaints.where(Complaint.state == ComplaintState.OPEN).values(state=ComplaintState.ERASED, decided_at=now),
    ):
        session.execute(statement.execution_options(synchronize_session=False))
