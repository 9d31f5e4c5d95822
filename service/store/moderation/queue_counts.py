"""Numbers beside the moderation queue: on its tabs, on colleagues' screens, newly arrived, and what its filters offer."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from service.domain.states import State
from service.store.db.capped_count import capped_count
from service.store.moderation.queue_conditions import decided_and_unchanged, escalated_ids, on_other_screens
from service.store.tables.accounts import Role
from service.store.tables.comments import Comment
from service.store.tables.moderation import Decision, Escalation

#: The filters offer the reasons and languages of this many held comments.
SAMPLE = 1_000


@dataclass(frozen=True, slots=True)
class Counts:
    """The number of comments under each tab, counted up to MANY + 1, and the time at which the oldest held comment arrived."""

    held: int
    escalated: int
    yours: int
    mine: int
    approved: int
    rejected: int
    oldest: datetime | None


def counts(session: Session, site_id: str, *, moderator_id: UUID, role: Role | None) -> Counts:
    """The numbers on the tabs, in one query."""
    held = (Comment.site_id == site_id, Comment.state == State.HELD)
    escalated = escalated_ids(site_id)
    mine = decided_and_unchanged(select(Decision.id), site_id, moderator_id)
    row = session.execute(
        select(
            capped_count(select(Comment.id).where(*held, Comment.id.not_in(escalated))).label("held"),
            capped_count(_from_escalations(site_id)).label("escalated"),
            capped_count(_from_escalations(site_id, to=(moderator_id, role))).label("yours"),
            capped_count(mine).label("mine"),
            capped_count(select(Comment.id).where(Comment.site_id == site_id, Comment.state == State.APPROVED)).label("approved"),
            capped_count(select(Comment.id).where(Comment.site_id == site_id, Comment.state == State.REJECTED)).label("rejected"),
            # Not min(): because of the second condition, SQLite would read every held comment to find the minimum.
            select(Comment.received_at)
            .where(*held, Comment.id.not_in(escalated))
            .order_by(Comment.received_at, Comment.id)
            .limit(1)
            .scalar_subquery()
            .label("oldest"),
        )
    ).one()
    return Counts(*row)


def newer(session: Session, site_id: str, *, than: datetime) -> int:
    """How many held comments arrived after this moment, counted up to MANY + 1."""
    arrived = select(Comment.id).where(Comment.site_id == site_id, Comment.state == State.HELD, Comment.received_at > than)
    return session.scalar(select(capped_count(arrived))) or 0


def leased(session: Session, site_id: str, *, moderator_id: UUID, now: datetime) -> int:
    """How many held comments colleagues have on their screens, counted up to MANY + 1."""
    theirs = select(Comment.id).where(
        Comment.id.in_(on_other_screens(site_id, moderator_id, now)), Comment.site_id == site_id, Comment.state == State.HELD
    )
    return session.scalar(select(capped_count(theirs))) or 0


def offered(session: Session, site_id: str) -> tuple[list[str], list[str]]:
    """The reasons and the languages among the oldest held comments, for the filters."""
    language = Comment.context["language"].as_string().label("language")
    sample = (
        select(Comment.reason, language)
        .where(Comment.site_id == site_id, Comment.state == State.HELD)
        .order_by(Comment.received_at)
        .limit(SAMPLE)
        .subquery()
    )
    rows = session.execute(select(sample.c.reason, sample.c.language).distinct()).all()
    return sorted({r.reason for r in rows if r.reason}), sorted({r.language for r in rows if r.language})


def _from_escalations(site_id: str, to: tuple[UUID, Role | None] | None = None) -> Select[Any]:
    """Held comments that were escalated. The query starts from the escalations, because there are far fewer of them than of
    comments."""
    return (
        escalated_ids(site_id, to)
        .join(Comment, (Comment.id == Escalation.comment_id) & (Comment.site_id == Escalation.site_id))
        .where(Comment.state == State.HELD)
    )
