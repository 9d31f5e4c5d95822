"""The moderation queue: one page of comments under a tab, filtered and ordered, with the columns that a card shows."""

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Uuid, and_, exists, func, literal, or_, select, tuple_
from sqlalchemy.orm import Session, aliased

from service.clock import utcnow
from service.domain.policy.signals import Kind
from service.domain.states import State
from service.store.db.capped_count import capped_count
from service.store.db.column_types import AnyRow, UtcDateTime
from service.store.db.folded import mentions
from service.store.moderation.groups import Conditions, among, another, stands_behind
from service.store.tables.accounts import Role
from service.store.tables.comments import Comment, Thread
from service.store.tables.moderation import Decision, Escalation, ScreenLease

#: The filters offer the reasons and languages of this many held comments.
SAMPLE = 1_000


class Tab(StrEnum):
    """A tab of the queue page."""

    HELD = "held"
    ESCALATED = "escalated"
    YOURS = "yours"
    MINE = "mine"
    APPROVED = "approved"
    REJECTED = "rejected"
    #: Comments that the checks decided alone, and no moderator has looked at yet.
    PUBLISHED_UNSEEN = "published_unseen"
    REJECTED_UNSEEN = "rejected_unseen"


#: The state of the comments under the tabs of unseen comments.
_UNSEEN = {Tab.PUBLISHED_UNSEEN: State.APPROVED, Tab.REJECTED_UNSEEN: State.REJECTED}


class Order(StrEnum):
    """The order of held comments. The other tabs show the newest first."""

    OLDEST = "oldest"
    PRIORITY = "priority"
    THREAD = "thread"


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """One view of the queue. `author` is the id of any comment of an author, because nothing that is derived from an address may
    leave Greenroom. `alike` is the id of a comment whose group is opened. `shared` includes comments on colleagues' screens.
    `after` is a cursor. `link` is the domain of the first link. `each` lists every comment, in place of one card for each group."""

    tab: Tab = Tab.HELD
    order: Order = Order.OLDEST
    reason: str = ""
    thread: UUID | None = None
    author: UUID | None = None
    language: str = ""
    words: str = ""
    alike: UUID | None = None
    shared: bool = False
    after: str = ""
    link: str = ""
    each: bool = False

    @property
    def ordered(self) -> bool:
        """Whether the tab shows held comments, which come in the requested order."""
        return self.tab in (Tab.HELD, Tab.ESCALATED, Tab.YOURS)

    @property
    def grouped(self) -> bool:
        """Whether one card stands for a whole group. In an opened group each comment is decided on its own."""
        return self.tab is Tab.HELD and self.alike is None and not self.each

    @property
    def filtered(self) -> bool:
        return bool(self.reason or self.thread or self.author or self.language or self.words or self.alike or self.link)


@dataclass(frozen=True, slots=True)
class Page:
    """Comments with their thread, and the cursor of the next page (empty on the last page)."""

    rows: Sequence[AnyRow]
    after: str = ""


@dataclass(frozen=True, slots=True)
class Counts:
    """The number of comments under each tab, counted up to MANY + 1, and the time at which the oldest held comment arrived."""

    held: int
    escalated: int
    yours: int
    mine: int
    approved: int
    rejected: int
    oldest: datetime | None


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


def listing(
    session: Session,
    site_id: str,
    asked: QueueFilter,
    *,
    moderator_id: UUID,
    role: Role | None,
    limit: int,
    now: datetime | None = None,
) -> Page:
    """One page of the requested view. Of a group of equal held comments only the oldest is listed: it stands for the group.

    Held comments that colleagues have on their screens `now` are left out, unless `shared` or a filter is set.
    """
    now = now or utcnow()
    asked = _resolved(asked)
    if asked.tab is Tab.MINE:
        return _decided_by(session, site_id, asked, moderator_id, limit)
    statement = select(*COLUMNS).join(Thread, Thread.id == Comment.thread_id).where(*_matching(Comment, site_id, asked))
    if asked.grouped:
        statement = statement.where(~stands_behind(site_id, another("older"), conditions_of(site_id, asked)))
    if asked.tab is Tab.HELD and not asked.filtered and not asked.shared:
        statement = statement.where(Comment.id.not_in(_with_colleagues(site_id, moderator_id, now)))
    if asked.tab is Tab.YOURS:
        statement = statement.where(Comment.id.in_(_escalated(site_id, to=(moderator_id, role))))
    order = asked.order if asked.ordered else None
    rows = session.execute(_after(_sorted(statement, order), order, asked.after).limit(limit + 1)).all()
    samples = _samples(session, site_id, asked, limit) if asked.tab in _UNSEEN and not asked.after else []
    return Page([*samples, *rows[:limit]], _cursor(rows[limit - 1], order) if len(rows) > limit else "")


def card_of(session: Session, site_id: str, comment_id: UUID) -> AnyRow | None:
    """One comment of the site, in any state, with the columns of a card."""
    query = select(*COLUMNS).join(Thread, Thread.id == Comment.thread_id)
    return session.execute(query.where(Comment.id == comment_id, Comment.site_id == site_id)).one_or_none()


def in_view(session: Session, site_id: str, comment_id: UUID, asked: QueueFilter) -> AnyRow | None:
    """One comment with the columns of a card, if it is in this view."""
    query = select(*COLUMNS).join(Thread, Thread.id == Comment.thread_id)
    return session.execute(query.where(Comment.id == comment_id, *_matching(Comment, site_id, asked))).one_or_none()


def held_by(session: Session, site_id: str, authors: set[str], asked: QueueFilter) -> dict[str, int]:
    """How many held comments of each of these authors are in this view, by the author's key."""
    if not authors or asked.tab is not Tab.HELD:
        return {}
    query = select(Comment.author_key, func.count()).where(Comment.author_key.in_(authors), *_matching(Comment, site_id, asked))
    return {row[0]: row[1] for row in session.execute(query.group_by(Comment.author_key))}


def counts(session: Session, site_id: str, *, moderator_id: UUID, role: Role | None) -> Counts:
    """The numbers on the tabs, in one query."""
    held = (Comment.site_id == site_id, Comment.state == State.HELD)
    escalated = _escalated(site_id)
    mine = _still_mine(select(Decision.id), site_id, moderator_id)
    row = session.execute(
        select(
            capped_count(select(Comment.id).where(*held, Comment.id.not_in(escalated))).label("held"),
            capped_count(_from_escalations(site_id)).label("escalated"),
            capped_count(_from_escalations(site_id, to=(moderator_id, role))).label("yours"),
            capped_count(mine).label("mine"),
            capped_count(select(Comment.id).where(Comment.site_id == site_id, Comment.state == State.APPROVED)).label("approved"),
            capped_count(select(Comment.id).where(Comment.site_id == site_id, Comment.state == State.REJECTED)).label("rejected"),
            # Not min(): because of the second condition, SQLite would read every held comment to find the minimum.
            select(Comment.received_at)
            .where(*held, Comment.id.not_in(escalated))
            .order_by(Comment.received_at, Comment.id)
            .limit(1)
            .scalar_subquery()
            .label("oldest"),
        )
    ).one()
    return Counts(*row)


def _from_escalations(site_id: str, to: tuple[UUID, Role | None] | None = None) -> Select[Any]:
    """Held comments that were escalated. The query starts from the escalations, because there are far fewer of them than of
    comments."""
    return _escalated(site_id, to).join(Comment, Comment.id == Escalation.comment_id).where(Comment.state == State.HELD)


def _escalated(site_id: str, to: tuple[UUID, Role | None] | None = None) -> Select[Any]:
    """The ids of escalated comments: all of them, or those escalated to this moderator, by name or by role."""
    statement = select(Escalation.comment_id).where(Escalation.site_id == site_id)
    if to is None:
        return statement
    me, mine = to
    roles = [role.value for role in Role if mine and mine.covers(role)]
    by_role = and_(Escalation.to_id.is_(None), Escalation.to_role.in_(roles), Escalation.moderator_id.is_distinct_from(me))
    return statement.where(or_(Escalation.to_id == me, by_role))


def newer(session: Session, site_id: str, *, than: datetime) -> int:
    """How many held comments arrived after this moment, counted up to MANY + 1."""
    arrived = select(Comment.id).where(Comment.site_id == site_id, Comment.state == State.HELD, Comment.received_at > than)
    return session.scalar(select(capped_count(arrived))) or 0


def offered(session: Session, site_id: str) -> tuple[list[str], list[str]]:
    """The reasons and the languages among the oldest held comments, for the filters."""
    language = Comment.context["language"].as_string().label("language")
    sample = (
        select(Comment.reason, language)
        .where(Comment.site_id == site_id, Comment.state == State.HELD)
        .order_by(Comment.received_at)
        .limit(SAMPLE)
        .subquery()
    )
    rows = session.execute(select(sample.c.reason, sample.c.language).distinct()).all()
    return sorted({r.reason for r in rows if r.reason}), sorted({r.language for r in rows if r.language})


def conditions_of(site_id: str, asked: QueueFilter) -> Conditions:
    """The conditions of this view on a comment, apart from its site."""
    return lambda table: _in_view(table, site_id, asked)


def _resolved(asked: QueueFilter) -> QueueFilter:
    """Drop a cursor that Greenroom never made, or that it made for another order."""
    third = {Order.PRIORITY: float, Order.THREAD: str}.get(asked.order) if asked.ordered else None
    parts = _parts(asked.after)
    fits = len(parts) == (3 if third else 2) and (third is None or isinstance(parts[2], third))
    return asked if fits else replace(asked, after="")


def _matching(table: Any, site_id: str, asked: QueueFilter) -> list[ColumnElement[bool]]:
    """The conditions of a view, on the comment table or an alias of it."""
    return [table.site_id == site_id, *_in_view(table, site_id, asked)]


def _samples(session: Session, site_id: str, asked: QueueFilter, limit: int) -> Sequence[AnyRow]:
    """The held comments that the audit took as a sample of this tab: those that would have been approved, or rejected."""
    query = select(*COLUMNS).join(Thread, Thread.id == Comment.thread_id).where(*_of_the_sample(Comment, site_id, asked))
    return session.execute(query.order_by(Comment.received_at.desc(), Comment.id.desc()).limit(limit)).all()


def _of_the_sample(table: Any, site_id: str, asked: QueueFilter) -> list[ColumnElement[bool]]:
    # Nothing speaks against a comment that would have been approved, so its gravity is 0.
    fine = table.score == 0 if asked.tab is Tab.PUBLISHED_UNSEEN else table.score > 0
    held = [table.site_id == site_id, table.state == State.HELD, table.reason == Kind.SITE_AUDIT_SAMPLE.value, fine]
    return held + _filters(table, site_id, asked)


def _in_view(table: Any, site_id: str, asked: QueueFilter) -> list[ColumnElement[bool]]:
    state = {Tab.APPROVED: State.APPROVED, Tab.REJECTED: State.REJECTED, **_UNSEEN}.get(asked.tab, State.HELD)
    conditions: list[ColumnElement[bool]] = [table.state == state]
    escalated = _escalated(site_id)
    if asked.tab is Tab.HELD:
        conditions.append(table.id.not_in(escalated))
    if asked.tab is Tab.ESCALATED:
        conditions.append(table.id.in_(escalated))
    if asked.tab in _UNSEEN:
        conditions.append(~exists(select(literal(1)).where(Decision.comment_id == table.id)))
    return conditions + _filters(table, site_id, asked)


def _with_colleagues(site_id: str, moderator_id: UUID, now: datetime) -> Select[Any]:
    return select(ScreenLease.comment_id).where(
        ScreenLease.site_id == site_id, ScreenLease.until > now, ScreenLease.moderator_id != moderator_id
    )


def leased(session: Session, site_id: str, *, moderator_id: UUID, now: datetime) -> int:
    """How many held comments colleagues have on their screens, counted up to MANY + 1."""
    theirs = select(Comment.id).where(
        Comment.id.in_(_with_colleagues(site_id, moderator_id, now)), Comment.site_id == site_id, Comment.state == State.HELD
    )
    return session.scalar(select(capped_count(theirs))) or 0


def _filters(table: Any, site_id: str, asked: QueueFilter) -> list[ColumnElement[bool]]:
    filters: list[ColumnElement[bool]] = []
    if asked.reason:
        filters.append(table.reason == asked.reason)
    if asked.thread:
        filters.append(table.thread_id == asked.thread)
    if asked.author:
        filters.append(_by_author_of(table, site_id, asked.author))
    if asked.language:
        filters.append(table.context["language"].as_string() == asked.language)
    if asked.words:
        filters.append(or_(mentions(table.text, asked.words), mentions(table.author_name, asked.words)))
    if asked.link:
        filters.append(table.link_domain == asked.link)
    if asked.alike:
        filters.append(among(table, site_id, asked.alike))
    return filters


def _by_author_of(table: Any, site_id: str, comment_id: UUID) -> ColumnElement[bool]:
    """A condition: the same author as the author of this comment. Authors are compared by key, or by name alone if the host gave
    nothing else."""
    it = aliased(Comment)
    key = select(it.author_key).where(it.id == comment_id, it.site_id == site_id).scalar_subquery()
    name = select(it.author_name).where(it.id == comment_id, it.site_id == site_id).scalar_subquery()
    return and_(table.author_key == key, or_(table.author_key != "", table.author_name == name))


def _decided_by(session: Session, site_id: str, asked: QueueFilter, moderator_id: UUID, limit: int) -> Page:
    columns = (Decision.at.label("decided_at"), Decision.id.label("decision_id"))
    statement = _still_mine(select(*COLUMNS, *columns), site_id, moderator_id).join(Thread, Thread.id == Comment.thread_id)
    statement = statement.where(*_filters(Comment, site_id, asked)).order_by(Decision.at.desc(), Decision.id.desc())
    if parts := _parts(asked.after):
        at, decision_id = literal(_moment(parts[0]), UtcDateTime()), literal(UUID(parts[1]), Uuid())
        statement = statement.where(tuple_(Decision.at, Decision.id) < tuple_(at, decision_id))
    rows = session.execute(statement.limit(limit + 1)).all()
    last = rows[limit - 1] if len(rows) > limit else None
    return Page(rows[:limit], _packed(last.decided_at, last.decision_id) if last else "")


def _still_mine(statement: Select[Any], site_id: str, moderator_id: UUID) -> Select[Any]:
    """Comments that have not changed since this moderator's decision."""
    return (
        statement.select_from(Decision)
        .join(Comment, and_(Comment.id == Decision.comment_id, Comment.version == Decision.version))
        .where(Decision.moderator_id == moderator_id, Decision.site_id == site_id, Decision.undoes.is_(None))
    )


def _sorted(statement: Select[Any], order: Order | None) -> Select[Any]:
    match order:
        case Order.PRIORITY:
            return statement.order_by(Comment.score.desc(), Comment.received_at, Comment.id)
        case Order.THREAD:
            return statement.order_by(Comment.thread_id, Comment.received_at, Comment.id)
        case Order.OLDEST:
            return statement.order_by(Comment.received_at, Comment.id)
    return statement.order_by(Comment.received_at.desc(), Comment.id.desc())


def _after(statement: Select[Any], order: Order | None, cursor: str) -> Select[Any]:
    parts = _parts(cursor)
    if not parts:
        return statement
    position = tuple_(Comment.received_at, Comment.id)
    start = tuple_(literal(_moment(parts[0]), UtcDateTime()), literal(UUID(parts[1]), Uuid()))
    match order:
        case Order.PRIORITY:
            score = float(parts[2])
            return statement.where(or_(Comment.score < score, and_(Comment.score == score, position > start)))
        case Order.THREAD:
            thread = UUID(parts[2])
            return statement.where(or_(Comment.thread_id > thread, and_(Comment.thread_id == thread, position > start)))
        case Order.OLDEST:
            return statement.where(position > start)
    return statement.where(position < start)


def _cursor(row: AnyRow, order: Order | None) -> str:
    third = {Order.PRIORITY: row.score, Order.THREAD: row.thread_id}.get(order) if order else None
    return _packed(row.received_at, row.id, *([] if third is None else [third]))


def cursor_of(row: AnyRow, asked: QueueFilter) -> str:
    """The cursor that continues after this row."""
    if asked.tab is Tab.MINE:
        return _packed(row.decided_at, row.decision_id)
    return _cursor(row, asked.order if asked.ordered else None)


def _packed(at: datetime, *rest: object) -> str:
    plain = json.dumps(
        [at.isoformat(), *[part if isinstance(part, float) else str(part) for part in rest]], separators=(",", ":")
    )
    return base64.urlsafe_b64encode(plain.encode()).decode().rstrip("=")


def _parts(cursor: str) -> list[Any]:
    """The parts of a cursor that `_packed` made; empty for any other string."""
    try:
        parts = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        moment, name = _moment(parts[0]), UUID(parts[1])
        third = [UUID(parts[2]) if isinstance(parts[2], str) else float(parts[2])] if len(parts) > 2 else []
    except (ValueError, TypeError, LookupError, AttributeError, OverflowError, binascii.Error, RecursionError):
        return []
    return [moment.isoformat(), str(name), *(str(part) if isinstance(part, UUID) else part for part in third)]


def _moment(value: str) -> datetime:
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None:
        raise ValueError("expected an aware datetime")
    # Near year 1 or 9999 the conversion to UTC can leave datetime's range: OverflowError.
    return moment.astimezone(UTC)
