"""Screen leases: comments on a moderator's screen are reserved for them for a while. A lease never blocks a decision."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from service.domain.states import State
from service.store.db.column_types import table
from service.store.tables.comments import Comment
from service.store.tables.moderation import ScreenLease

#: A lease ends this long after the page last renewed it.
LEASE_TIME = timedelta(minutes=4)


def lease(session: Session, site_id: str, comment_ids: Sequence[UUID], *, moderator_id: UUID, now: datetime) -> None:
    """Take or renew a lease on each of these held comments, except on comments that a colleague has leased."""
    held = select(Comment.id).where(Comment.site_id == site_id, Comment.id.in_(comment_ids), Comment.state == State.HELD)
    rows = [
        {"comment_id": comment_id, "site_id": site_id, "moderator_id": moderator_id, "until": now + LEASE_TIME}
        for comment_id in sorted(session.scalars(held))
    ]
    if not rows:
        return
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    statement = dialect.insert(table(ScreenLease))
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["comment_id", "site_id"],
            set_={"moderator_id": moderator_id, "until": now + LEASE_TIME},
            where=or_(ScreenLease.moderator_id == moderator_id, ScreenLease.until < now),
        ),
        rows,
    )
