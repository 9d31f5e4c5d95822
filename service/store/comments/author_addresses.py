"""Queries on the addresses of authors who wait for a decision."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service.domain.states import State
from service.store.db.by_site import of_site, sites_to_ask
from service.store.db.column_types import AnyRow
from service.store.tables.author_addresses import AuthorAddress
from service.store.tables.comments import Comment, Thread
from service.store.tables.moderation import Decision
from service.store.tables.sites import Site

#: One run takes at most this many.
MOST = 100


def settled_addresses(session: Session, *, before: datetime) -> Sequence[AnyRow]:
    """The addresses of comments that do not wait any more since this time, each with its comment, its page, its site and the latest
    decision of a person (None if the checks alone decided)."""
    sites = sites_to_ask(session, select(AuthorAddress.site_id).distinct())
    return [row for site_id in sites for row in _settled_on_node(session, site_id, before)]


def _settled_on_node(session: Session, site_id: str, before: datetime) -> Sequence[AnyRow]:
    mine = of_site(AuthorAddress.site_id, site_id)
    latest = (
        select(Decision.id)
        .where(Decision.comment_id == Comment.id, *of_site(Decision.site_id, site_id))
        .order_by(Decision.at.desc(), Decision.id.desc())
        .limit(1)
        .correlate(Comment)
        .scalar_subquery()
    )
    return session.execute(
        select(AuthorAddress, Comment, Thread, Site, Decision)
        .join(Comment, (Comment.id == AuthorAddress.comment_id) & (Comment.site_id == AuthorAddress.site_id))
        .join(Thread, (Thread.id == Comment.thread_id) & (Thread.site_id == Comment.site_id))
        .join(Site, Site.id == Comment.site_id)
        .outerjoin(Decision, (Decision.id == latest) & (Decision.site_id == Comment.site_id))
        .where(
            *mine,
            Comment.state.in_([State.APPROVED, State.REJECTED]),
            Comment.updated_at <= before,
            func.coalesce(Decision.at, Comment.updated_at) <= before,
        )
        .order_by(AuthorAddress.valid_until)
        .limit(MOST)
    ).all()


def count_addresses_of(session: Session, site_id: str, author_key: str) -> int:
    """How many comments of this author wait with their address."""
    query = (
        select(func.count())
        .select_from(AuthorAddress)
        .join(Comment, (Comment.id == AuthorAddress.comment_id) & (Comment.site_id == AuthorAddress.site_id))
    )
    return session.scalar(query.where(Comment.author_key == author_key, Comment.site_id == site_id)) or 0


def any_old_address(session: Session, *, now: datetime) -> bool:
    return session.scalar(select(AuthorAddress.comment_id).where(AuthorAddress.valid_until <= now).limit(1)) is not None
