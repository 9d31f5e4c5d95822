"""What a moderator did last, and can take back."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from service.store.tables.comments import Comment
from service.store.tables.moderation import Decision


@dataclass(frozen=True, slots=True)
class LastAction:
    """One step of a moderator: to which state, why, and for how many comments."""

    id: UUID
    to_state: str
    reason: str
    number: int


def last_action(session: Session, site_id: str, moderator_id: UUID, *, since: datetime) -> LastAction | None:
    """The latest step since then that is still in force, wholly or in part."""
    row = session.execute(
        select(Decision.batch_id, Decision.to_state, Decision.reason)
        .join(Comment, and_(Comment.id == Decision.comment_id, Comment.version == Decision.version))
        .where(
            Decision.moderator_id == moderator_id,
            Decision.site_id == site_id,
            Decision.at >= since,
            Decision.undoes.is_(None),
            Decision.batch_id.is_not(None),
        )
        .order_by(Decision.at.desc(), Decision.id.desc())
        .limit(1)
    ).one_or_none()
    return LastAction(row.batch_id, row.to_state, row.reason, _number(session, row.batch_id)) if row else None


def _number(session: Session, gesture_id: UUID) -> int:
    return session.scalar(select(func.count()).select_from(Decision).where(Decision.batch_id == gesture_id)) or 0
