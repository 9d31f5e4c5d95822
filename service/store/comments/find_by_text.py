"""Find a comment by its text, for hosts that have no id for it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.domain.states import State
from service.store.db.column_types import AnyRow
from service.store.tables.comments import Comment


def newest_with(session: Session, site_id: str, fingerprint: str, text: str, *, since: datetime) -> AnyRow | None:
    """The id and thread of the newest comment of the site with exactly this text, received after `since`; None if there is
    none."""
    return session.execute(
        select(Comment.id, Comment.thread_id)
        .where(Comment.site_id == site_id, Comment.fingerprint == fingerprint, Comment.received_at > since, Comment.text == text)
        .order_by(Comment.received_at.desc())
        .limit(1)
    ).one_or_none()


def state_of(session: Session, comment_id: UUID) -> State:
    """The state that a comment is in."""
    return State(session.execute(select(Comment.state).where(Comment.id == comment_id)).scalar_one())
