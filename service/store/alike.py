"""Which held comments stand behind one card: those with the same words, the same link, or from one burst of an author.

The oldest stands for all that are like it. Likeness is no chain: what is like another one of the group only comes up once that
one is decided, so that a moderator decides about nothing that the card does not show.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Subquery, and_, exists, func, literal, or_, select, tuple_, union
from sqlalchemy.orm import Session, aliased

from service.domain.alike import BURST_LEAST, Alike
from service.domain.states import State
from service.store.comments import Comment
from service.store.schema import AnyRow

#: So many of a group are taken along by one decision, the next ones by the next; so many are shown.
MOST, SHOWN = 1_000, 12


@dataclass(frozen=True, slots=True)
class Group:
    """The others behind a card: how many, how many of them by which likeness, and when the last of them came.

    Whoever is flooded with one comment is not made to wait for its counting: no number goes beyond MOST + 1.
    """

    number: int = 0
    kinds: dict[Alike, int] = field(default_factory=dict)
    until: datetime | None = None


@cache
def another(name: str) -> Any:
    """The comment table once more. Made once a name: making one costs more than asking with it."""
    return aliased(Comment, name=name)


def shared(kind: Alike, one: Any, other: Any, site_id: str) -> ColumnElement[bool]:
    """Whether two rows of the comment table have this in common. None is like nothing: that is how SQL compares it."""
    match kind:
        case Alike.WORDS:
            return and_(one.fingerprint == other.fingerprint)
        case Alike.LINK:
            return and_(one.link_domain == other.link_domain)
    same = and_(one.author_key == other.author_key, one.burst == other.burst)
    third = another("third")
    all_three = select(third.id).where(
        _at(kind, third, site_id), third.state == State.HELD, third.author_key == one.author_key, third.burst == one.burst
    )
    return and_(same, all_three.offset(BURST_LEAST - 1).limit(1).scalar_subquery().is_not(None))


def stands_behind(site_id: str, older: Any, *view: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether an `older` comment of the site, in the view, is like this one: then that one stands for it."""
    earlier = tuple_(older.received_at, older.id) < tuple_(Comment.received_at, Comment.id)
    ways = ((_at(kind, older, site_id), *view, shared(kind, older, Comment, site_id), earlier) for kind in Alike)
    return or_(*(exists(select(literal(1)).where(*way)) for way in ways))


def members(session: Session, site_id: str, comment_id: UUID, *, until: datetime | None = None) -> Sequence[AnyRow]:
    """The others behind this comment, the oldest first; those that came after `until` were not seen, and stay."""
    found = select(Comment.id, Comment.version).where(Comment.id.in_(union(*_like(site_id, comment_id))))
    if until is not None:
        found = found.where(Comment.received_at <= until)
    return session.execute(found.order_by(Comment.received_at, Comment.id).limit(MOST)).all()


def shown(session: Session, site_id: str, comment_id: UUID, *columns: Any) -> Sequence[AnyRow]:
    """The first of them, with these columns."""
    found = select(*columns).where(Comment.id.in_(union(*_like(site_id, comment_id))))
    return session.execute(found.order_by(Comment.received_at, Comment.id).limit(SHOWN)).all()


def among(table: Any, site_id: str, comment_id: UUID) -> ColumnElement[bool]:
    """Whether a row of the comment table is this comment, or stands behind it."""
    one = another("one")
    return table.id.in_(union(select(one.id).where(one.id == comment_id, one.site_id == site_id), *_like(site_id, comment_id)))  # type: ignore[no-any-return]


def groups(session: Session, site_id: str, ids: Sequence[UUID]) -> dict[UUID, Group]:
    """What stands behind each of these held comments, in one query."""
    if not ids:
        return {}
    one, ways = another("one"), {kind: _some(kind, site_id) for kind in Alike}
    # One that is like another in two ways counts once in the whole, and once in each of the ways.
    whole = union(*(select(way) for way in ways.values())).subquery()
    asked = {"number": (func.count(), whole), "until": (func.max(whole.c.received_at), whole)}
    asked |= {kind: (func.count(), way) for kind, way in ways.items()}
    columns = (select(what).select_from(of).scalar_subquery().label(name) for name, (what, of) in asked.items())
    rows = session.execute(select(one.id, *columns).where(one.id.in_(ids), func.trim(one.state) == State.HELD.value))
    return {
        row.id: Group(min(row.number, MOST + 1), {kind: n for kind in Alike if (n := getattr(row, kind))}, row.until)
        for row in rows
        if row.number
    }


def _some(kind: Alike, site_id: str) -> Subquery:
    """Of those that have this in common with the comment of the query around it, as many as are counted."""
    one, other = another("one"), another("other")
    found = select(other.id, other.received_at).where(
        shared(kind, other, one, site_id), _at(kind, other, site_id), other.state == State.HELD, other.id != one.id
    )
    # What has no link, or no author, is like none by it: told apart, so that PostgreSQL does not look.
    has = {Alike.WORDS: one.fingerprint, Alike.LINK: one.link_domain, Alike.BURST: one.burst}[kind].is_not(None)
    return found.where(has, func.trim(one.site_id) == site_id).limit(MOST + 1).correlate(one).subquery()


def _pairs(kind: Alike, site_id: str, ids: Sequence[UUID]) -> Select[Any]:
    """Each of these comments with each other one that has this in common with it."""
    one, other = another("one"), another("other")
    return (
        select(other.id)
        .join_from(one, other, shared(kind, other, one, site_id))
        # Expressions, as in `_at`: a few ids lead straight.
        .where(one.id.in_(ids), func.trim(one.site_id) == site_id, func.trim(one.state) == State.HELD.value)
        .where(_at(kind, other, site_id), other.state == State.HELD, other.id != one.id)
    )


def _at(kind: Alike, table: Any, site_id: str) -> ColumnElement[bool]:
    """Whether a row is of this site. As an expression where another index must serve: SQLite, which knows no numbers, would walk
    the whole queue of the site."""
    return and_((table.site_id if kind is Alike.WORDS else func.trim(table.site_id)) == site_id)


def _like(site_id: str, comment_id: UUID) -> list[Select[Any]]:
    return [_pairs(kind, site_id, [comment_id]) for kind in Alike]
