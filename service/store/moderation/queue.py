"""The moderation queue: one page of comments of a view, with the columns that a card shows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from service.clock import utcnow
from service.store.db.column_types import AnyRow
from service.store.moderation.groups import another, stands_behind
from service.store.moderation.queue_conditions import (
    UNSEEN,
    conditions_of,
    decided_and_unchanged,
    escalated_ids,
    filter_conditions,
    on_other_screens,
    sample_conditions,
    view_conditions,
)
from service.store.moderation.queue_cursor import cursor_of, in_order, with_valid_cursor
from service.store.moderation.queue_filter import QueueFilter, Tab
from service.store.tables.accounts import Role
from service.store.tables.comments import Comment, Thread
from service.store.tables.moderation import Decision

COLUMNS = (
    Comment.id,
    Comment.site_id,
    Comment.thread_id,
    Comment.parent_id,
    Comment.state,
    Comment.version,
    Comment.revision,
    Comment.text,
    Comment.link_domain,
    Comment.author_name,
    Comment.author_url,
    Comment.author_verified,
    Comment.author_key,
    Comment.context["language"].as_string().label("language"),
    Comment.reason,
    Comment.score,
    Comment.received_at,
    Thread.title.label("thread_title"),
    Thread.url.label("thread_url"),
    Thread.external_id.label("thread_name"),
)


@dataclass(frozen=True, slots=True)
class Page:
    """Comments with their thread, and the cursor of the next page (empty on the last page)."""

    rows: Sequence[AnyRow]
    after: str = ""


def listing(
    session: Session,
    site_id: str,
    view: QueueFilter,
    *,
    moderator_id: UUID,
    role: Role | None,
    limit: int,
    now: datetime | None = None,
) -> Page:
    """One page of the requested view. Of a group of equal held comments only the oldest is listed: it stands for the group.

    Held comments that colleagues have on their screens `now` are left out, unless `shared` or a filter is set.
    """
    view = with_valid_cursor(view)
    statement = _decided(site_id, view, moderator_id) if view.tab is Tab.MINE else _listed(site_id, view, moderator_id, role, now)
    rows = session.execute(in_order(statement, view).limit(limit + 1)).all()
    samples = _samples(session, site_id, view, limit) if view.tab in UNSEEN and not view.after else []
    return Page([*samples, *rows[:limit]], cursor_of(rows[limit - 1], view) if len(rows) > limit else "")


def card_of(session: Session, site_id: str, comment_id: UUID) -> AnyRow | None:
    """One comment of the site, in any state, with the columns of a card."""
    query = select(*COLUMNS).join(Thread, (Thread.id == Comment.thread_id) & (Thread.site_id == Comment.site_id))
    return session.execute(query.where(Comment.id == comment_id, Comment.site_id == site_id)).one_or_none()


def in_view(session: Session, site_id: str, comment_id: UUID, view: QueueFilter) -> AnyRow | None:
    """One comment with the columns of a card, if it is in this view."""
    query = select(*COLUMNS).join(Thread, (Thread.id == Comment.thread_id) & (Thread.site_id == Comment.site_id))
    return session.execute(query.where(Comment.id == comment_id, *view_conditions(Comment, site_id, view))).one_or_none()


def held_by(session: Session, site_id: str, authors: set[str], view: QueueFilter) -> dict[str, int]:
    """How many held comments of each of these authors are in this view, by the author's key."""
    if not authors or view.tab is not Tab.HELD:
        return {}
    query = select(Comment.author_key, func.count()).where(
        Comment.author_key.in_(authors), *view_conditions(Comment, site_id, view)
    )
    return {row[0]: row[1] for row in session.execute(query.group_by(Comment.author_key))}


def _listed(site_id: str, view: QueueFilter, moderator_id: UUID, role: Role | None, now: datetime | None) -> Select[Any]:
    statement = (
        select(*COLUMNS)
        .join(Thread, (Thread.id == Comment.thread_id) & (Thread.site_id == Comment.site_id))
        .where(*view_conditions(Comment, site_id, view))
    )
    if view.grouped:
        statement = statement.where(~stands_behind(site_id, another("older"), conditions_of(site_id, view)))
    if view.tab is Tab.HELD and not view.filtered and not view.shared:
        statement = statement.where(Comment.id.not_in(on_other_screens(site_id, moderator_id, now or utcnow())))
    if view.tab is Tab.YOURS:
        statement = statement.where(Comment.id.in_(escalated_ids(site_id, to=(moderator_id, role))))
    return statement


def _decided(site_id: str, view: QueueFilter, moderator_id: UUID) -> Select[Any]:
    columns = (*COLUMNS, Decision.at.label("decided_at"), Decision.id.label("decision_id"))
    statement = decided_and_unchanged(select(*columns), site_id, moderator_id).join(
        Thread, (Thread.id == Comment.thread_id) & (Thread.site_id == Comment.site_id)
    )
    return statement.where(*filter_conditions(Comment, site_id, view))


def _samples(session: Session, site_id: str, view: QueueFilter, limit: int) -> Sequence[AnyRow]:
    """The held comments that the audit took as a sample of this tab: those that would have been approved, or rejected."""
    query = (
        select(*COLUMNS)
        .join(Thread, (Thread.id == Comment.thread_id) & (Thread.site_id == Comment.site_id))
        .where(*sample_conditions(Comment, site_id, view))
    )
    return session.execute(query.order_by(Comment.received_at.desc(), Comment.id.desc()).limit(limit)).all()
