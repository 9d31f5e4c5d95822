"""Queries on decisions."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.store.tables.comments import Comment
from service.store.tables.moderation import Decision


def last_decision(session: Session, site_id: str, comment_id: UUID) -> Decision | None:
    """The newest decision on a comment of this site."""
    return session.scalar(
        select(Decision)
        .where(Decision.comment_id == comment_id, Decision.site_id == site_id)
        .order_by(Decision.version.desc())
        .limit(1)
    )


def is_undecided(session: Session, comment_id: UUID) -> bool:
    """Whether nobody has decided about this comment yet."""
    return session.scalar(select(Decision.id).where(Decision.comment_id == comment_id).limit(1)) is None


def is_here(session: Session, site_id: str, comment_id: UUID) -> bool:
    """Whether this site has such a comment."""
    return session.scalar(select(Comment.id).where(Comment.id == comment_id, Comment.site_id == site_id)) is not None


def has_decided(session: Session, moderator_id: UUID) -> bool:
    """Whether this moderator ever decided about a comment."""
    return session.scalar(select(Decision.id).where(Decision.moderator_id == moderator_id).limit(1)) is not None
