"""The newest texts of a site, to see which languages its readers write."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.domain.states import State
from service.store.tables.comments import Comment


def recent_texts(session: Session, site_id: str, *, most: int) -> list[str]:
    """The beginnings of up to `most` comments of a site, the newest first."""
    newest = (
        select(Comment.text)
        .where(Comment.site_id == site_id, Comment.state.in_([State.APPROVED, State.HELD, State.REJECTED]))
        .order_by(Comment.received_at.desc())
        .limit(most)
    )
    return list(session.scalars(newest))
