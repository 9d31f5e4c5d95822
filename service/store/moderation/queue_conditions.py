"""The conditions of a view of the moderation queue: which comments are under a tab, and which of them a filter leaves."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, literal, or_, select
from sqlalchemy.orm import aliased

from service.domain.policy.signals import Kind
from service.domain.states import State
from service.store.db.folded import mentions
from service.store.db.site_keys import site_of
from service.store.moderation.groups import Conditions, among
from service.store.moderation.queue_filter import QueueFilter, Tab
from service.store.tables.accounts import Role
from service.store.tables.comments import Comment
from service.store.tables.moderation import Decision, Escalation, ScreenLease

#: The state of the comments under the tabs of unseen comments.
UNSEEN = {Tab.PUBLISHED_UNSEEN: State.APPROVED, Tab.REJECTED_UNSEEN: State.REJECTED}


def conditions_of(site_id: str, view: QueueFilter) -> Conditions:
    """The conditions of this view on a comment, apart from its site."""
    return lambda table: _tab_conditions(table, site_id, view)


def view_conditions(table: Any, site_id: str, view: QueueFilter) -> list[ColumnElement[bool]]:
    """The conditions of a view, on the comment table or an alias of it."""
    return [table.site_id == site_id, *_tab_conditions(table, site_id, view)]


def sample_conditions(table: Any, site_id: str, view: QueueFilter) -> list[ColumnElement[bool]]:
    """Held comments that the audit took as a sample of this tab, which would have been approved or rejected."""
    # Nothing speaks against a comment that would have been approved, so its gravity is 0.
    fine = table.score == 0 if view.tab is Tab.PUBLISHED_UNSEEN else table.score > 0
    held = [table.site_id == site_id, table.state == State.HELD, table.reason == Kind.SITE_AUDIT_SAMPLE.value, fine]
    return held + filter_conditions(table, site_id, view)


def escalated_ids(site_id: str, to: tuple[UUID, Role | None] | None = None) -> Select[Any]:
    """The ids of escalated comments: all of them, or those escalated to this moderator, by name or by role."""
    statement = select(Escalation.comment_id).where(Escalation.site_id == site_id)
    if to is None:
        return statement
    me, mine = to
    roles = [role.value for role in Role if mine and mine.covers(role)]
    by_role = and_(Escalation.to_id.is_(None), Escalation.to_role.in_(roles), Escalation.moderator_id.is_distinct_from(me))
    return statement.where(or_(Escalation.to_id == me, by_role))


def on_other_screens(site_id: str, moderator_id: UUID, now: datetime) -> Select[Any]:
    """The ids of comments that colleagues have on their screens."""
    return select(ScreenLease.comment_id).where(
        ScreenLease.site_id == site_id, ScreenLease.until > now, ScreenLease.moderator_id != moderator_id
    )


def decided_and_unchanged(statement: Select[Any], site_id: str, moderator_id: UUID) -> Select[Any]:
    """Comments that have not changed since this moderator's decision."""
    return (
        statement.select_from(Decision)
        .join(
            Comment,
            and_(Comment.id == Decision.comment_id, Comment.site_id == Decision.site_id, Comment.version == Decision.version),
        )
        .where(Decision.moderator_id == moderator_id, Decision.site_id == site_id, Decision.undoes.is_(None))
    )


def filter_conditions(table: Any, site_id: str, view: QueueFilter) -> list[ColumnElement[bool]]:
    """The filters of a view, without its tab."""
    filters: list[ColumnElement[bool]] = []
    if view.reason:
        filters.append(table.reason == view.reason)
    if view.thread:
        filters.append(table.thread_id == view.thread)
    if view.author:
        filters.append(_by_author_of(table, site_id, view.author))
    if view.language:
        filters.append(table.context["language"].as_string() == view.language)
    if view.words:
        filters.append(or_(mentions(table.text, view.words), mentions(table.author_name, view.words)))
    if view.link:
        filters.append(table.link_domain == view.link)
    if view.alike:
        filters.append(among(table, site_id, view.alike))
    return filters


def _tab_conditions(table: Any, site_id: str, view: QueueFilter) -> list[ColumnElement[bool]]:
    state = {Tab.APPROVED: State.APPROVED, Tab.REJECTED: State.REJECTED, **UNSEEN}.get(view.tab, State.HELD)
    conditions: list[ColumnElement[bool]] = [table.state == state]
    escalated = escalated_ids(site_id)
    if view.tab is Tab.HELD:
        conditions.append(table.id.not_in(escalated))
    if view.tab is Tab.ESCALATED:
        conditions.append(table.id.in_(escalated))
    if view.tab in UNSEEN:
        conditions.append(~exists(select(literal(1)).where(Decision.comment_id == table.id, site_of(Decision) == site_id)))
    return conditions + filter_conditions(table, site_id, view)


def _by_author_of(table: Any, site_id: str, comment_id: UUID) -> ColumnElement[bool]:
    """A condition: the same author as the author of this comment. Authors are compared by key, or by name alone if the host gave
    nothing else."""
    it = aliased(Comment)
    key = select(it.author_key).where(it.id == comment_id, it.site_id == site_id).scalar_subquery()
    name = select(it.author_name).where(it.id == comment_id, it.site_id == site_id).scalar_subquery()
    return and_(table.author_key == key, or_(table.author_key != "", table.author_name == name))
