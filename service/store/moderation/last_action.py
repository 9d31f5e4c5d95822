"""The last queue action of a moderator, which they can undo."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from service.store.db.site_keys import site_of
from service.store.tables.comments import Comment
from service.store.tables.moderation import Decision


@dataclass(frozen=True, slots=True)
class LastAction:
    """One queue action of a moderator: to which state, for which reason, and for how many comments."""

    id: UUID
    to_state: str
    reason: str
    number: int


def last_action(session: Session, site_id: str, moderator_id: UUID, *, since: datetime) -> LastAction | None:
    """The latest action at or after `since` that is still in force for at least one comment; None if there is none."""
    row = session.execute(
        select(Decision.action_id, Decision.to_state, Decision.reason)
        .join(
            Comment,
            and_(Comment.id == Decision.comment_id, Comment.site_id == Decision.site_id, Comment.version == Decision.version),
        )
        .where(
            Decision.moderator_id == moderator_id,
            Decision.site_id == site_id,
            Decision.at >= since,
            Decision.undoes.is_(None),
            Decision.action_id.is_not(None),
        )
        .order_by(Decision.at.desc(), Decision.id.desc())
        .limit(1)
    ).one_or_none()
    return LastAction(row.action_id, row.to_state, row.reason, _number(session, site_id, row.action_id)) if row else None


def _number(session: Session, site_id: str, action_id: UUID) -> int:
    mine = (Decision.action_id == action_id, site_of(Decision) == site_id)
    return session.scalar(select(func.count()).select_from(Decision).where(*mine)) or 0
