"""Which held comments stand behind one card: those with the same wording that wait for the same reason.

The oldest one in a view stands for all of them. A moderator who reads it has read the others, and decides about none that the view
leaves out.
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
from service.store.tables.comments import Comment

#: One decision moves at most so many comments, the others come with the next one; and so many are listed beside the card.
MAX_MEMBERS, MAX_SHOWN = 1_000, 12
#: What a view (its tab, filters and search) asks of the comment table, or of an alias of it.
Conditions = Callable[[Any], Sequence[ColumnElement[bool]]]


@dataclass(frozen=True, slots=True)
class Group:
    """The others behind a card: how many, counted up to MOST + 1, and when the last of them came."""

    number: int = 0
    until: datetime | None = None

    @property
    def decided(self) -> int:
        """How many of them one decision about the card takes along."""
        return min(self.number, MAX_MEMBERS - 1)


@cache
def another(name: str) -> Any:
    """The comment table once more. Made once a name: making one costs more than asking with it."""
    return aliased(Comment, name=name)


def stands_behind(site_id: str, older: Any, conditions: Conditions) -> ColumnElement[bool]:
    """Whether an `older` comment in the view is like this one: then that one stands for it."""
    earlier = tuple_(older.received_at, older.id) < tuple_(Comment.received_at, Comment.id)
    return exists(select(literal(1)).where(_same(older, Comment), older.site_id == site_id, *conditions(older), earlier))


def members(
    session: Session, site_id: str, comment_id: UUID, version: int | None, *, until: datetime, conditions: Conditions
) -> Sequence[AnyRow]:
    """The others behind this comment, the oldest first, as long as it is at the version that was seen.

    Those that came after `until` were not counted, and stay.
    """
    one = another("one")
    like = _like(site_id, comment_id, conditions)
    if version is not None:
        like = like.where(one.version == version)
    found = select(Comment.id, Comment.version).where(Comment.id.in_(like), Comment.received_at <= until)
    return session.execute(found.order_by(Comment.received_at, Comment.id).limit(MAX_MEMBERS)).all()


def first_members(session: Session, site_id: str, comment_id: UUID, conditions: Conditions, *columns: Any) -> Sequence[AnyRow]:
    """The first of them, with these columns."""
    found = select(*columns).where(Comment.id.in_(_like(site_id, comment_id, conditions)))
    return session.execute(found.order_by(Comment.received_at, Comment.id).limit(MAX_SHOWN)).all()


def among(table: Any, site_id: str, comment_id: UUID) -> ColumnElement[bool]:
    """Whether a row of the comment table is this comment, or a held one like it."""
    one = another("one")
    itself = select(one.id).where(one.id == comment_id, one.site_id == site_id)
    return table.id.in_(union(itself, _like(site_id, comment_id, _held)))  # type: ignore[no-any-return]


def groups(session: Session, site_id: str, ids: Sequence[UUID], conditions: Conditions) -> dict[UUID, Group]:
    """What stands behind each of these held comments, in one query."""
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
    """Whether two rows of the comment table belong together. A row from before there were wordings has none, and is like no other."""
    return and_(one.wording == other.wording, one.reason == other.reason)


def _like(site_id: str, comment_id: UUID, conditions: Conditions) -> Select[Any]:
    one, other = another("one"), another("other")
    return (
        select(other.id)
        .join_from(one, other, _same(other, one))
        .where(*_these(site_id, [comment_id]), other.site_id == site_id, *conditions(other), other.id != one.id)
    )


def _these(site_id: str, ids: Sequence[UUID]) -> list[ColumnElement[bool]]:
    """Held comments of the site by their ids. Site and state are expressions, so that SQLite, which has no statistics, does not
    choose the index of the whole queue."""
    one = another("one")
    return [one.id.in_(ids), func.trim(one.site_id) == site_id, func.trim(one.state) == State.HELD.value]


def _held(table: Any) -> list[ColumnElement[bool]]:
    return [table.state == State.HELD]
