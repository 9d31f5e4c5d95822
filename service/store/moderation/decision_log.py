"""The log of decisions on a site, newest first: who decided, when, from which state to which, and why."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, Uuid, exists, func, literal, null, select, tuple_
from sqlalchemy.orm import Session, aliased

from service.domain.states import State
from service.store.accounts.moderators import shown_name
from service.store.db.column_types import AnyRow, UtcDateTime
from service.store.db.site_keys import site_of
from service.store.moderation.cards import QUOTE
from service.store.tables.accounts import Membership, Moderator, Role
from service.store.tables.comments import Comment, Thread
from service.store.tables.moderation import Decision
from service.store.tables.outbox import Event
from service.store.tables.passkeys import Passkey

_COMMENT = (
    Comment.author_name,
    func.substr(Comment.text, 1, QUOTE).label("text"),
    Thread.title.label("thread_title"),
    Thread.external_id.label("thread_name"),
)


@dataclass(frozen=True, slots=True)
class DecisionFilter:
    """Selects decisions by moderator, new state, reason, action and time range (before `until`). An empty field selects all.
    `automatic` selects decisions of the checks instead of those of people. `grouped`: of the decisions of one action with one result
    only the newest is listed, with their `number`."""

    moderator: UUID | None = None
    automatic: bool = False
    state: str = ""
    reason: str = ""
    since: datetime | None = None
    until: datetime | None = None
    action: UUID | None = None
    grouped: bool = False


def list_decisions(
    session: Session, site_id: str, wanted: DecisionFilter, *, after: tuple[datetime, UUID] | None, limit: int
) -> Sequence[AnyRow]:
    """One page of decisions, and one more if there is another page."""
    table: Any = Event if wanted.automatic else Decision
    query = _automatic() if wanted.automatic else _by_people(site_id, wanted)
    query = query.where(table.site_id == site_id).order_by(table.at.desc(), table.id.desc()).limit(limit + 1)
    if wanted.state:
        query = query.where(table.to_state == wanted.state)
    if wanted.since:
        query = query.where(table.at >= wanted.since)
    if wanted.until:
        query = query.where(table.at < wanted.until)
    if after:
        query = query.where(tuple_(table.at, table.id) < tuple_(literal(after[0], UtcDateTime()), literal(after[1], Uuid())))
    return session.execute(query).all()


def _by_people(site_id: str, wanted: DecisionFilter) -> Select[Any]:
    columns = (
        Decision.id, Decision.at, Decision.comment_id, Decision.from_state, Decision.to_state, Decision.reason, Decision.note,
        Decision.undoes, Decision.key_id, shown_name().label("who"), Decision.action_id, *_COMMENT,
    )  # fmt: skip
    others = aliased(Decision)
    alike = (
        site_of(others) == site_id,
        others.action_id == Decision.action_id,
        others.from_state == Decision.from_state,
        others.to_state == Decision.to_state,
    )
    number = select(func.count()).select_from(others).where(*alike).scalar_subquery() if wanted.grouped else literal(1)
    query = (
        select(*columns, number.label("number"))
        .join(Comment, (Comment.id == Decision.comment_id) & (Comment.site_id == Decision.site_id))
        .join(Thread, (Thread.id == Comment.thread_id) & (Thread.site_id == Comment.site_id))
        .outerjoin(Moderator, Moderator.id == Decision.moderator_id)
    )
    if wanted.moderator:
        query = query.where(Decision.moderator_id == wanted.moderator)
    if wanted.action:
        query = query.where(Decision.action_id == wanted.action)
    if wanted.grouped:
        query = query.where(~exists().where(*alike, others.id > Decision.id))
    return query.where(Decision.reason == wanted.reason) if wanted.reason else query


def _automatic() -> Select[Any]:
    """The verdicts that approved or rejected a comment without a person, with the columns of a decision. `reason` is the code of
    the first reason."""
    reason = func.coalesce(Event.facts[("reasons", 0)].as_string(), "").label("reason")
    columns = (
        Event.id, Event.at, Event.comment_id, Event.from_state, Event.to_state, reason, literal("").label("note"),
        null().label("undoes"), null().label("key_id"), literal("").label("who"), null().label("action_id"),
        literal(1).label("number"), *_COMMENT,
    )  # fmt: skip
    return (
        select(*columns)
        .join(Comment, (Comment.id == Event.comment_id) & (Comment.site_id == Event.site_id))
        .join(Thread, (Thread.id == Comment.thread_id) & (Thread.site_id == Comment.site_id))
        .where(Event.from_state == State.PENDING, Event.to_state.in_((State.APPROVED, State.REJECTED)))
        .where(Event.facts["by"].as_string() == "policy")
    )


def decisions_about(session: Session, site_id: str, comment_id: UUID) -> Sequence[AnyRow]:
    """All decisions about one comment."""
    return session.execute(
        select(Decision.at, Decision.to_state, Decision.reason, Decision.note, Decision.undoes, shown_name().label("who"))
        .outerjoin(Moderator, Moderator.id == Decision.moderator_id)
        .where(Decision.comment_id == comment_id, Decision.site_id == site_id)
    ).all()


def names_of(session: Session, moderator_ids: Collection[UUID]) -> dict[UUID, str]:
    """The names of these moderators that colleagues see."""
    rows = session.execute(select(Moderator.id, shown_name().label("who")).where(Moderator.id.in_(moderator_ids)))
    return {row.id: row.who for row in rows}


def colleagues(session: Session, site_id: str) -> list[AnyRow]:
    """The moderators and admins of this site whose accounts are enabled, sorted by name."""
    people = [row for row in moderators_of(session, site_id) if row.disabled_at is None]
    deciding = [
        row
        for row in people
        if Role.MODERATOR in (row.role, row.role_on_all_sites) or Role.ADMIN in (row.role, row.role_on_all_sites)
    ]
    return sorted(deciding, key=lambda row: str(row.who).casefold())


def moderators_of(session: Session, site_id: str) -> Sequence[AnyRow]:
    """All accounts with a role on this site, by membership or on all sites; also disabled ones. Sorted by e-mail."""
    on_site = (Membership.moderator_id == Moderator.id) & (Membership.site_id == site_id)
    columns = (
        Moderator.id,
        Moderator.email,
        Moderator.name,
        Moderator.role_on_all_sites,
        Membership.role,
        Moderator.disabled_at,
        Moderator.totp_enabled_at,
        exists().where(Passkey.moderator_id == Moderator.id).label("has_passkeys"),
        shown_name().label("who"),
    )
    return session.execute(
        select(*columns)
        .outerjoin(Membership, on_site)
        .where((Membership.id.is_not(None)) | (Moderator.role_on_all_sites != ""))
        .order_by(Moderator.email)
    ).all()
