"""Forget who reported and who complained: six months after the decision, or when a person asks for it."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from service.domain.security.encryption import SecretBox
from service.domain.security.pseudonyms import Pseudonymizer
from service.store.reported.reports import reports_by
from service.store.tables.reported import Complaint, Report

_BLANK = {"contact": "", "text": "", "note": ""}


def forget_reports(session: Session, report_ids: Sequence[UUID], *, now: datetime) -> int:
    """Remove everything that a person wrote, and who they were. Kind, outcome and times stay: they are counted. Returns the number."""
    query = update(Report).where(Report.id.in_(report_ids))
    blank = query.values(**_BLANK, law="", url="", reporter_key="", sanction="", forgotten_at=now)
    changed = session.execute(blank.execution_options(synchronize_session=False))
    return int(changed.rowcount)  # type: ignore[attr-defined]


def forget_complaints(session: Session, complaint_ids: Sequence[UUID], *, now: datetime) -> int:
    """The same for complaints."""
    blank = update(Complaint).where(Complaint.id.in_(complaint_ids)).values(**_BLANK, forgotten_at=now)
    changed = session.execute(blank.execution_options(synchronize_session=False))
    return int(changed.rowcount)  # type: ignore[attr-defined]


def forget_reporter(
    session: Session, site_id: str, email: str, *, pseudonyms: Pseudonymizer, secret_box: SecretBox, now: datetime
) -> int:
    """Forget a person who reported, because they ask for it. Open reports stay open without them. Returns the number of reports."""
    mailbox = pseudonyms.mailbox(email)
    ids = [report.id for report in reports_by(session, site_id, mailbox, pseudonyms=pseudonyms, secret_box=secret_box)]
    forget_complaints(session, session.scalars(select(Complaint.id).where(Complaint.report_id.in_(ids))).all(), now=now)
    return forget_reports(session, ids, now=now)
