"""Groups of equal comments: held comments with the same wording and the same reason share one card.

The oldest comment of a group in a view stands for the whole group: a moderator who has read it has read the others. A decision
never includes comments that the view leaves out.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, func, literal, select, tuple_, union
from sqlalchemy.orm import Session, aliased

from service.domain.states import State
from service.store.db.column_types import AnyRow
from service.store.db.site_keys import site_of
from service.store.tables.comments import Comment

#: One decision moves at most MAX_MEMBERS comments of a group; the rest of the group gets a new card. At most MAX_SHOWN comments
#: are listed beside a card.
MAX_MEMBERS, MAX_SHOWN = 1_000, 12
#: The conditions of a view (its tab, filters and search) on the comment table, or on an alias of it.
Conditions = Callable[[Any], Sequence[ColumnElement[bool]]]


@dataclass(frozen=True, slots=True)
class Group:
    """The other comments of a card's group: their number, counted up to MAX_MEMBERS + 1, and the time at which the last counted
    comment arrived."""

    number: int = 0
    until: datetime | None = None

    @property
    def decided(self) -> int:
        """How many of these comments one decision about the card includes."""
        return min(self.number, MAX_MEMBERS - 1)


@cache
def another(name: str) -> Any:
    """An alias of the comment table, cached by its name: making one costs more than running a query with it."""
    return aliased(Comment, name=name)


def stands_behind(site_id: str, older: Any, conditions: Conditions) -> ColumnElement[bool]:
    """A condition: the view has an older comment of the same group, so this comment needs no card. `older` is an alias of the
    table."""
    earlier = tuple_(older.received_at, older.id) < tuple_(Comment.received_at, Comment.id)
    return exists(select(literal(1)).where(_same(older, Comment), older.site_id == site_id, *conditions(older), earlier))


def members(
    session: Session, site_id: str, comment_id: UUID, version: int | None, *, until: datetime, conditions: Conditions
) -> Sequence[AnyRow]:
    """The other comments of this comment's group, the oldest first. None are returned if this comment is no longer at `version`,
    which the moderator saw.

    Comments that arrived after `until` were not counted on the card, and are left out.
    """
    one = another("one")
    like = _like(site_id, comment_id, conditions)
    if version is not None:
        like = like.where(one.version == version)
    query = select(Comment.id, Comment.version).where(
        site_of(Comment) == site_id, Comment.id.in_(like), Comment.received_at <= until
    )
    return session.execute(query.order_by(Comment.received_at, Comment.id).limit(MAX_MEMBERS)).all()


def first_members(session: Session, site_id: str, comment_id: UUID, conditions: Conditions, *columns: Any) -> Sequence[AnyRow]:
    """These columns of the other comments of this comment's group, the oldest first, at most MAX_SHOWN."""
    query = select(*columns).where(site_of(Comment) == site_id, Comment.id.in_(_like(site_id, comment_id, conditions)))
    return session.execute(query.order_by(Comment.received_at, Comment.id).limit(MAX_SHOWN)).all()


def among(table: Any, site_id: str, comment_id: UUID) -> ColumnElement[bool]:
    """A condition: a row of the comment table is this comment, or a held comment of its group."""
    one = another("one")
    itself = select(one.id).where(one.id == comment_id, one.site_id == site_id)
    return table.id.in_(union(itself, _like(site_id, comment_id, _held)))  # type: ignore[no-any-return]


def groups(session: Session, site_id: str, ids: Sequence[UUID], conditions: Conditions) -> dict[UUID, Group]:
    """The group of each of these held comments that has one, in one query."""
    if not ids:
        return {}
    one, other = another("one"), another("other")
    some = (
        select(other.received_at)
        .where(_same(other, one), other.site_id == site_id, *conditions(other), other.id != one.id)
        .order_by(other.received_at, other.id)
        .limit(MAX_MEMBERS + 1)
        .correlate(one)
        .subquery()
    )
    number = select(func.count()).select_from(some).scalar_subquery()
    until = select(func.max(some.c.received_at)).scalar_subquery()
    rows = session.execute(select(one.id, number.label("number"), until.label("until")).where(*_these(site_id, ids)))
    return {row.id: Group(row.number, row.until) for row in rows if row.number}


def _same(one: Any, other: Any) -> ColumnElement[bool]:
    """A condition: two rows belong to one group. Rows older than the column `wording` have NULL in it, and so belong to no
    group."""
    return and_(one.wording == other.wording, one.reason == other.reason)


def _like(site_id: str, comment_id: UUID, conditions: Conditions) -> Select[Any]:
    one, other = another("one"), another("other")
    return (
        select(other.id)
        .join_from(one, other, _same(other, one))
        .where(*_these(site_id, [comment_id]), other.site_id == site_id, *conditions(other), other.id != one.id)
    )


def _these(site_id: str, ids: Sequence[UUID]) -> list[ColumnElement[bool]]:
    """Held comments of the site by their ids. The state is written as an expression (`trim`): SQLite has no statistics, and
    would otherwise choose the index of the whole queue."""
    one = another("one")
    return [one.id.in_(ids), site_of(one) == site_id, func.trim(one.state) == State.HELD.value]


def _held(table: Any) -> list[ColumnElement[bool]]:
    return [table.state == State.HELD]
