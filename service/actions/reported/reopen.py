"""Open reports and complaints again: the decision on the comment that closed them was undone."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.store.reported.events import add_own_event, dismissed_at, withdraw_own_event
from service.store.tables.outbox import EventType
from service.store.tables.reported import Complaint, ComplaintState, Report, ReportState


def reopen(session: Session, decision_ids: Sequence[UUID], *, now: datetime, delay: timedelta) -> None:
    """Open again what these decisions closed. An event that has not been sent yet is withdrawn; else another one says that the
    decision was taken back.

    A report that its reporter complained about is dismissed again, as it was before: the complaint is open in its place.
    """
    if not decision_ids:
        return
    complaints = session.scalars(select(Complaint).where(Complaint.decision_id.in_(decision_ids))).all()
    about = {complaint.report_id: complaint for complaint in complaints}
    for report in session.scalars(select(Report).where(Report.decision_id.in_(decision_ids))):
        _reopen_report(session, report, about.get(report.id), now, delay)
    for complaint in complaints:
        _reopen_complaint(session, complaint, now, delay)


def _reopen_report(session: Session, report: Report, complaint: Complaint | None, now: datetime, delay: timedelta) -> None:
    silent = withdraw_own_event(session, report.id, report.version)
    report.state, report.version, report.decision_id = ReportState.OPEN, report.version + 1, None
    report.decided_at, report.moderator_id, report.key_id = None, None, None
    report.ground, report.note = "", ""
    if complaint:
        report.state, report.moderator_id = ReportState.DISMISSED, complaint.first_moderator_id
        report.decided_at = dismissed_at(session, report.id) or complaint.received_at
    session.flush()
    if not silent:
        add_own_event(session, report, EventType.REPORT_REOPENED, now=now, due_at=now + delay)


def _reopen_complaint(session: Session, complaint: Complaint, now: datetime, delay: timedelta) -> None:
    silent = withdraw_own_event(session, complaint.id, complaint.version)
    complaint.state, complaint.version, complaint.decision_id = ComplaintState.OPEN, complaint.version + 1, None
    complaint.decided_at, complaint.moderator_id, complaint.note = None, None, ""
    session.flush()
    if not silent:
        add_own_event(session, complaint, EventType.COMPLAINT_REOPENED, now=now, due_at=now + delay)
