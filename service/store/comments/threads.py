"""Threads as moderators list them."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from service.domain.states import State
from service.store.db.column_types import AnyRow
from service.store.db.folded import mentions
from service.store.tables.comments import Comment, Thread


def threads(
    session: Session, site_id: str, *, words: str = "", state: str = "", before: UUID | None = None, limit: int
) -> Sequence[AnyRow]:
    """One page of threads, newest first, each with its number of held comments. If there is another page, one thread of it is
    added."""
    held = (
        select(func.count())
        .where(Comment.site_id == site_id, Comment.state == State.HELD, Comment.thread_id == Thread.id)
        .correlate(Thread)
        .scalar_subquery()
    )
    columns = (
        Thread.id,
        Thread.external_id,
        Thread.title,
        Thread.url,
        Thread.state,
        Thread.approved,
        Thread.created_at,
        held.label("held"),
    )
    query = select(*columns).where(Thread.site_id == site_id).order_by(Thread.created_at.desc(), Thread.id).limit(limit + 1)
    if words:
        query = query.where(or_(mentions(Thread.title, words), mentions(Thread.external_id, words)))
    if state:
        query = query.where(Thread.state == state)
    if before:
        last = select(Thread.created_at).where(Thread.id == before, Thread.site_id == site_id).scalar_subquery()
        query = query.where(or_(Thread.created_at < last, (Thread.created_at == last) & (Thread.id > before)))
    return session.execute(query).all()


def latest_threads(session: Session, site_id: str, *, limit: int) -> Sequence[AnyRow]:
    """The names and titles of the newest threads."""
    query = select(Thread.external_id, Thread.title).where(Thread.site_id == site_id)
    return session.execute(query.order_by(Thread.created_at.desc(), Thread.id).limit(limit)).all()
