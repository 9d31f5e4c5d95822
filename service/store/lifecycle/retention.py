"""Retention queries: rejected comments that are old enough to erase, and comments whose author data is old enough to forget."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, String, and_, cast, exists, func, or_, select
from sqlalchemy.orm import Session

from service.domain.policy.site_policy import SitePolicy
from service.domain.reported.grounds import SPAM
from service.domain.reported.kinds import COMPLAINT_TIME
from service.domain.retention import Retention
from service.domain.states import State
from service.store.db.site_keys import site_of
from service.store.tables.comments import Comment
from service.store.tables.moderation import Decision
from service.store.tables.reported import Complaint, ComplaintState, Report, ReportState
from service.store.tables.sites import Site

#: Counting stops here, and the page says "more": counting a million rows is slow.
COUNTED = 10_000


def retentions(session: Session) -> list[tuple[str, Retention]]:
    """Each site with its retention settings."""
    return [(site_id, SitePolicy(policy).retention) for site_id, policy in session.execute(select(Site.id, Site.policy))]


def rejected_of(site_id: str, before: datetime, *, now: datetime) -> ColumnElement[bool]:
    """A condition: the comment is rejected, was last changed before this time, and no complaint needs it. The test on `received_at`
    changes no result, but with it the query can use an index."""
    old = and_(Comment.received_at < before, Comment.updated_at < before)
    return and_(Comment.site_id == site_id, Comment.state == State.REJECTED, old, ~needed_for_complaint(now))


def needed_for_complaint(now: datetime) -> ColumnElement[bool]:
    """A condition: a complaint about the comment is open, or is still possible. Comments that were rejected as spam are not kept
    for possible complaints."""
    waits = exists().where(
        Complaint.comment_id == Comment.id, site_of(Complaint) == Comment.site_id, Complaint.state == ComplaintState.OPEN
    )
    decided = exists().where(
        Decision.comment_id == Comment.id,
        site_of(Decision) == Comment.site_id,
        Decision.to_state == State.REJECTED,
        Decision.reason != SPAM,
    )
    by_checks = and_(Comment.reason != "", Comment.reason.not_like("spam.%"))
    return or_(waits, and_(Comment.updated_at >= now - COMPLAINT_TIME, or_(decided, by_checks)))


def personal_of(site_id: str, before: datetime) -> ColumnElement[bool]:
    """A condition: the comment is approved or rejected, was received before this time, and still has personal data of its
    author."""
    settled = Comment.state.in_([State.APPROVED, State.REJECTED])
    return and_(Comment.site_id == site_id, settled, Comment.received_at < before, something_personal())


def something_personal() -> ColumnElement[bool]:
    """A condition: the comment still has data that identifies its author."""
    return or_(Comment.author_key != "", Comment.ip_key != "", Comment.email_domain != "", cast(Comment.context, String) != "{}")


def some_of(session: Session, which: ColumnElement[bool], *, limit: int) -> Sequence[UUID]:
    return session.scalars(select(Comment.id).where(which).limit(limit)).all()


def count_of(session: Session, which: ColumnElement[bool]) -> int:
    """The number of comments that meet this condition, counted up to `COUNTED`."""
    return session.scalar(select(func.count()).select_from(select(Comment.id).where(which).limit(COUNTED).subquery())) or 0


def forgettable_reports(session: Session, before: datetime, *, limit: int) -> Sequence[UUID]:
    """Reports that were decided before this time, whose reporter can no longer complain, and that still hold what people wrote."""
    waits = exists().where(
        Complaint.report_id == Report.id, site_of(Complaint) == Report.site_id, Complaint.state == ComplaintState.OPEN
    )
    old = (Report.state != ReportState.OPEN, Report.decided_at < before, Report.forgotten_at.is_(None), ~waits)
    return session.scalars(select(Report.id).where(*old).limit(limit)).all()


def forgettable_complaints(session: Session, before: datetime, *, limit: int) -> Sequence[UUID]:
    """Complaints that were decided before this time and still hold what people wrote."""
    old = (Complaint.state != ComplaintState.OPEN, Complaint.decided_at < before, Complaint.forgotten_at.is_(None))
    return session.scalars(select(Complaint.id).where(*old).limit(limit)).all()
