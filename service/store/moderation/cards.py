"""The details on the cards of a page beside the comments themselves, in a constant number of queries."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from service.domain.states import State
from service.store.accounts.moderators import shown_name
from service.store.db.column_types import AnyRow
from service.store.db.site_keys import site_of
from service.store.moderation.groups import Group, groups
from service.store.moderation.queue import held_by
from service.store.moderation.queue_conditions import conditions_of
from service.store.moderation.queue_filter import QueueFilter
from service.store.tables.accounts import Moderator
from service.store.tables.comments import Comment, VerdictRow
from service.store.tables.moderation import Decision, Escalation, Note, ScreenLease

#: Number of characters of the parent comment that a card quotes.
QUOTE = 200


@dataclass(frozen=True, slots=True)
class Trust:
    """How many of the author's other comments on this site were approved and rejected, and when the author's first comment
    arrived."""

    approved: int = 0
    rejected: int = 0
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Card:
    """One comment as a moderator sees it."""

    row: AnyRow
    reasons: Sequence[dict[str, Any]] = ()
    parent: AnyRow | None = None
    trust: Trust = field(default_factory=Trust)
    alike: Group = field(default_factory=Group)
    decision: AnyRow | None = None
    escalation: AnyRow | None = None
    notes: Sequence[AnyRow] = ()
    lease: str = ""
    #: How many held comments of the same author the view has, this one included.
    by_author: int = 0


def cards(
    session: Session, site_id: str, rows: Sequence[AnyRow], asked: QueueFilter, *, moderator_id: UUID, now: datetime
) -> list[Card]:
    """The cards of these comments in the requested view, in the same order."""
    ids = [row.id for row in rows]
    reasons = _reasons(session, site_id, ids)
    parents = _parents(session, site_id, {row.parent_id for row in rows if row.parent_id})
    authors = {row.author_key for row in rows if row.author_key}
    trusts, by_author = _trusts(session, site_id, authors), held_by(session, site_id, authors, asked)
    grouped = [row.id for row in rows if row.state == State.HELD and asked.grouped]
    alike = groups(session, site_id, grouped, conditions_of(site_id, asked))
    decisions = last_words(session, site_id, ids)
    escalations = _escalations(session, site_id, ids)
    notes = _notes(session, site_id, ids)
    leases = _leases(session, site_id, ids, moderator_id, now)
    return [
        Card(
            row,
            reasons.get((row.id, row.revision), ()),
            parents.get(row.parent_id),
            _without(trusts.get(row.author_key, Trust()), row),
            alike.get(row.id, Group()),
            decisions.get(row.id),
            escalations.get(row.id),
            notes.get(row.id, ()),
            leases.get(row.id, ""),
            by_author.get(row.author_key, 0),
        )
        for row in rows
    ]


def last_words(session: Session, site_id: str, comment_ids: Sequence[UUID]) -> dict[UUID, AnyRow]:
    """The latest decision about each comment, with the name of its moderator (empty if an API key of the host made it)."""
    rows = session.execute(
        select(
            Decision.comment_id, Decision.to_state, Decision.from_state, Decision.reason, Decision.note, Decision.at,
            Decision.undoes, Decision.moderator_id, Decision.version, shown_name().label("who"),
        )
        .outerjoin(Moderator, Moderator.id == Decision.moderator_id)
        .where(Decision.comment_id.in_(comment_ids), site_of(Decision) == site_id)
        .order_by(Decision.version)
    )  # fmt: skip
    return {row.comment_id: row for row in rows}


def _reasons(session: Session, site_id: str, ids: Sequence[UUID]) -> dict[tuple[UUID, int], list[dict[str, Any]]]:
    which = (VerdictRow.comment_id.in_(ids), VerdictRow.site_id == site_id)
    query = select(VerdictRow.comment_id, VerdictRow.revision, VerdictRow.reasons).where(*which)
    return {(row.comment_id, row.revision): row.reasons for row in session.execute(query.order_by(VerdictRow.at))}


def _parents(session: Session, site_id: str, ids: set[UUID]) -> dict[UUID, AnyRow]:
    quote = func.substr(Comment.text, 1, QUOTE).label("text")
    which = (Comment.id.in_(ids), site_of(Comment) == site_id)
    rows = session.execute(select(Comment.id, Comment.author_name, Comment.state, quote).where(*which))
    return {row.id: row for row in rows}


def _trusts(session: Session, site_id: str, authors: set[str]) -> dict[str, Trust]:
    rows = session.execute(
        select(Comment.author_key, Comment.state, func.count().label("number"), func.min(Comment.received_at).label("since"))
        .where(Comment.site_id == site_id, Comment.author_key.in_(authors))
        .group_by(Comment.author_key, Comment.state)
    )
    trusts: dict[str, Trust] = {}
    for row in rows:
        trust = trusts.get(row.author_key, Trust())
        since = min(filter(None, (trust.since, row.since)))
        approved = row.number if row.state == State.APPROVED else trust.approved
        rejected = row.number if row.state == State.REJECTED else trust.rejected
        trusts[row.author_key] = Trust(approved, rejected, since)
    return trusts


def _without(trust: Trust, row: AnyRow) -> Trust:
    approved = trust.approved - (row.state == State.APPROVED)
    rejected = trust.rejected - (row.state == State.REJECTED)
    return Trust(max(approved, 0), max(rejected, 0), trust.since)


def _escalations(session: Session, site_id: str, ids: Sequence[UUID]) -> dict[UUID, AnyRow]:
    to = aliased(Moderator)
    columns = (Escalation.comment_id, Escalation.note, Escalation.at, Escalation.to_role)
    rows = session.execute(
        select(*columns, shown_name().label("who"), shown_name(to).label("to"))
        .outerjoin(Moderator, Moderator.id == Escalation.moderator_id)
        .outerjoin(to, to.id == Escalation.to_id)
        .where(Escalation.comment_id.in_(ids), site_of(Escalation) == site_id)
    )
    return {row.comment_id: row for row in rows}


def _notes(session: Session, site_id: str, ids: Sequence[UUID]) -> dict[UUID, list[AnyRow]]:
    rows = session.execute(
        select(Note.comment_id, Note.text, Note.at, shown_name().label("who"))
        .outerjoin(Moderator, Moderator.id == Note.moderator_id)
        .where(Note.comment_id.in_(ids), Note.site_id == site_id)
        .order_by(Note.at)
    )
    notes: dict[UUID, list[AnyRow]] = {}
    for row in rows:
        notes.setdefault(row.comment_id, []).append(row)
    return notes


def _leases(session: Session, site_id: str, ids: Sequence[UUID], moderator_id: UUID, now: datetime) -> dict[UUID, str]:
    """The colleague who has each of these comments on the screen."""
    rows = session.execute(
        select(ScreenLease.comment_id, shown_name().label("who"))
        .join(Moderator, Moderator.id == ScreenLease.moderator_id)
        .where(ScreenLease.comment_id.in_(ids), site_of(ScreenLease) == site_id)
        .where(ScreenLease.until > now, ScreenLease.moderator_id != moderator_id)
    )
    return {row.comment_id: row.who for row in rows}
