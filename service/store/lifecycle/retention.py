"""What has been kept long enough: rejected comments that go, and comments whose authors are forgotten."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, String, and_, cast, func, or_, select
from sqlalchemy.orm import Session

from service.domain.retention import Retention
from service.domain.states import State
from service.store.tables.comments import Comment
from service.store.tables.sites import Site

#: Beyond this the page only says "more": counting a million takes its time.
COUNTED = 10_000


def retentions(session: Session) -> list[tuple[str, Retention]]:
    """Each site with what it keeps how long."""
    return [(site_id, Retention.of(policy)) for site_id, policy in session.execute(select(Site.id, Site.policy))]


def rejected_of(site_id: str, before: datetime) -> ColumnElement[bool]:
    """Rejected so long ago. Nothing is moved before it came, which is what the index knows."""
    old = and_(Comment.received_at < before, Comment.updated_at < before)
    return and_(Comment.site_id == site_id, Comment.state == State.REJECTED, old)


def personal_of(site_id: str, before: datetime) -> ColumnElement[bool]:
    """Settled, received so long ago, and still with something of its author."""
    settled = Comment.state.in_([State.APPROVED, State.REJECTED])
    return and_(Comment.site_id == site_id, settled, Comment.received_at < before, something_personal())


def something_personal() -> ColumnElement[bool]:
    """Whether a comment still has anything that tells its author from others."""
    return or_(
        Comment.author_key != "", Comment.address_key != "", Comment.email_domain != "", cast(Comment.context, String) != "{}"
    )


def some_of(session: Session, which: ColumnElement[bool], *, limit: int) -> Sequence[UUID]:
    return session.scalars(select(Comment.id).where(which).limit(limit)).all()


def count_of(session: Session, which: ColumnElement[bool]) -> int:
    """How many, at most `COUNTED`."""
    return session.scalar(select(func.count()).select_from(select(Comment.id).where(which).limit(COUNTED).subquery())) or 0
