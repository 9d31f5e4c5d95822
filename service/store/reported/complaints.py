"""Queries on complaints: the open ones with their comments, and those of one comment or report."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from service.store.accounts.moderators import shown_name
from service.store.db.capped_count import capped_count
from service.store.db.site_keys import site_of
from service.store.tables.accounts import Moderator
from service.store.tables.comments import Comment, Thread
from service.store.tables.moderation import Decision
from service.store.tables.outbox import Event, EventState
from service.store.tables.reported import Complaint, ComplaintState, Report

#: A page of the tab shows at most this many complaints.
SHOWN = 50
#: The complaints of authors about restrictions of their comments.
_OWN_COMMENT = (Complaint.report_id.is_(None), Complaint.ban_id.is_(None))


@dataclass(frozen=True, slots=True)
class OpenComplaint:
    """A complaint with its comment, the report that it is about (if a reporter complains), and who decided before."""

    complaint: Complaint
    comment: Comment
    thread: Thread
    report: Report | None
    first: str
    decision: Decision | None


def open_complaints(session: Session, site_id: str, *, limit: int = SHOWN) -> list[OpenComplaint]:
    """The open complaints of a site, oldest first."""
    first = aliased(Moderator)
    rows = session.execute(
        select(Complaint, Comment, Thread, Report, shown_name(first).label("first"), Decision)
        .join(Comment, (Comment.id == Complaint.comment_id) & (Comment.site_id == Complaint.site_id))
        .join(Thread, (Thread.id == Comment.thread_id) & (Thread.site_id == Comment.site_id))
        .outerjoin(Report, (Report.id == Complaint.report_id) & (Report.site_id == Complaint.site_id))
        .outerjoin(first, first.id == Complaint.first_moderator_id)
        .outerjoin(
            Decision,
            (Decision.comment_id == Complaint.comment_id)
            & (site_of(Decision) == Complaint.site_id)
            & (Decision.version == Complaint.seq),
        )
        .where(Complaint.site_id == site_id, Complaint.state == ComplaintState.OPEN)
        .order_by(Complaint.received_at, Complaint.id)
        .limit(limit)
    )
    return [OpenComplaint(row[0], row[1], row[2], row[3], row[4] or "", row[5]) for row in rows]


def count_complaints(session: Session, site_id: str) -> int:
    """How many complaints are open, counted up to MANY + 1."""
    waiting = select(Complaint.id).where(Complaint.site_id == site_id, Complaint.state == ComplaintState.OPEN)
    return session.scalar(select(capped_count(waiting))) or 0


def complaint_with(session: Session, site_id: str, complaint_id: UUID) -> Complaint | None:
    return session.scalar(select(Complaint).where(Complaint.id == complaint_id, Complaint.site_id == site_id))


def complaint_about(session: Session, comment_id: UUID, seq: int) -> Complaint | None:
    """The author's complaint about this version of the comment."""
    return session.scalar(select(Complaint).where(Complaint.comment_id == comment_id, Complaint.seq == seq, *_OWN_COMMENT))


def open_complaint_of_author(session: Session, comment_id: UUID) -> Complaint | None:
    """The author's open complaint about a comment. After an undo it is about an earlier version than the present restriction."""
    waiting = (Complaint.comment_id == comment_id, *_OWN_COMMENT, Complaint.state == ComplaintState.OPEN)
    return session.scalar(select(Complaint).where(*waiting).limit(1))


def complaint_of_ban(session: Session, ban_id: UUID) -> Complaint | None:
    return session.scalar(select(Complaint).where(Complaint.ban_id == ban_id))


def last_complaint_about_ban(session: Session, comment_id: UUID) -> Complaint | None:
    """The last complaint about a ban that came with this comment."""
    query = select(Complaint).where(Complaint.comment_id == comment_id, Complaint.ban_id.is_not(None))
    return session.scalar(query.order_by(Complaint.received_at.desc()).limit(1))


def complaint_of_report(session: Session, report_id: UUID) -> Complaint | None:
    return session.scalar(select(Complaint).where(Complaint.report_id == report_id))


def complaints_about(session: Session, site_id: str, comment_id: UUID) -> Sequence[Complaint]:
    """All complaints about a comment, oldest first."""
    query = select(Complaint).where(Complaint.comment_id == comment_id, Complaint.site_id == site_id)
    return session.scalars(query.order_by(Complaint.received_at, Complaint.id)).all()


def event_at(session: Session, comment_id: UUID, seq: int) -> Event | None:
    """The event that is version `seq` of a comment."""
    return session.scalar(select(Event).where(Event.comment_id == comment_id, Event.seq == seq))


def last_event(session: Session, comment_id: UUID) -> Event | None:
    """The change that brought a comment into its present state. Withdrawn events cancel each other out, or confirm a state."""
    query = select(Event).where(Event.comment_id == comment_id, Event.seq > 0, Event.state != EventState.WITHDRAWN)
    return session.scalar(query.order_by(Event.seq.desc()).limit(1))


def decider_of(session: Session, comment_id: UUID, seq: int) -> UUID | None:
    """The moderator whose decision is version `seq` of a comment; None if a machine or the host decided."""
    return session.scalar(select(Decision.moderator_id).where(Decision.comment_id == comment_id, Decision.version == seq))
