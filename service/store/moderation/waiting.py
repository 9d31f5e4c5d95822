"""What waits in the queues of sites."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from service.domain.states import State
from service.store.db.column_types import AnyRow
from service.store.tables.comments import Comment, Thread
from service.store.tables.sites import Site


@dataclass(frozen=True, slots=True)
class WaitingSite:
    """A site with held comments: how many, and when the oldest came into the queue."""

    id: str
    name: str
    count: int
    since: datetime


def has_waited(session: Session, site_ids: Collection[str], since: datetime) -> bool:
    """Whether a comment of these sites has been in the queue since this time. A comment that was held again later counts from then."""
    waits = exists().where(
        Comment.site_id.in_(site_ids), Comment.state == State.HELD, Comment.received_at <= since, Comment.updated_at <= since
    )
    return bool(site_ids) and bool(session.scalar(select(waits)))


def waiting_sites(session: Session, site_ids: Collection[str]) -> Sequence[WaitingSite]:
    """Those of these sites that have held comments, by name."""
    rows = session.execute(
        select(Site.id, Site.name, func.count(), func.min(Comment.updated_at))
        .join(Comment, Comment.site_id == Site.id)
        .where(Site.id.in_(site_ids), Comment.state == State.HELD)
        .group_by(Site.id, Site.name)
        .order_by(Site.name, Site.id)
    )
    return [WaitingSite(site_id, name or site_id, count, since) for site_id, name, count, since in rows]


def newest_waiting(session: Session, site_ids: Collection[str], *, limit: int) -> Sequence[AnyRow]:
    """The newest held comments of these sites, each with its page."""
    columns = (
        Comment.id, Comment.site_id, Comment.version, Comment.text, Comment.author_name, Comment.reason, Comment.received_at,
        Comment.updated_at, Thread.title.label("thread_title"), Thread.external_id.label("thread_name"),
    )  # fmt: skip
    return session.execute(
        select(*columns)
        .join(Thread, (Thread.id == Comment.thread_id) & (Thread.site_id == Comment.site_id))
        .where(Comment.site_id.in_(site_ids), Comment.state == State.HELD)
        .order_by(Comment.received_at.desc(), Comment.id.desc())
        .limit(limit)
    ).all()
