"""Moves of many rows at once: claim, change state with one winner, and leave an event for each change."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Integer, bindparam, func, literal_column, or_, select, update
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import ReturningUpdate

from service.domain.states import State
from service.store.db.bulk import plain
from service.store.db.column_types import AnyRow, table
from service.store.tables.comments import Comment

_COMMENT = table(Comment)
_UNTIL = _COMMENT.c.lease_until
_NOW, _FAR, _LIMIT = bindparam("now", type_=_UNTIL.type), bindparam("far", type_=_UNTIL.type), bindparam("limit", type_=Integer)
_FREE = (_COMMENT.c.state == State.PENDING, or_(_UNTIL.is_(None), _UNTIL < _NOW, _UNTIL > _FAR))
#: How far the clocks of two machines may be apart, beyond what a lease lasts.
SKEW = timedelta(seconds=1)
#: These are asked of every batch, so they are built once: that costs as much as asking.
_FIRST = select(_COMMENT.c.claims).where(*_FREE).order_by(_COMMENT.c.received_at, _COMMENT.c.id).limit(1)


def _lease(only: ColumnElement[bool], *lightly: ColumnElement[bool]) -> ReturningUpdate[UUID, int]:
    """Those that are due are locked by then, so they are not asked for their state again: of two questions for what is pending, a
    database that expects little of it compares each row of the one with each of the other."""
    due = (
        select(_COMMENT.c.id)
        .where(*_FREE, only)
        .order_by(_COMMENT.c.received_at, _COMMENT.c.id)
        .limit(_LIMIT)
        .with_for_update(skip_locked=True)
        .cte("due")
    )
    return (
        update(_COMMENT)
        .where(_COMMENT.c.id.in_(select(due.c.id)), *lightly)
        .values(lease_token=bindparam("token"), lease_until=bindparam("until"), claims=_COMMENT.c.claims + 1)
        .returning(_COMMENT.c.id, _COMMENT.c.claims)
    )


#: On PostgreSQL a lease does not wait for the disk: one that a crash of the server forgets binds nobody, nor does its token settle.
_LIGHTLY = func.set_config("synchronous_commit", "off", literal_column("true")) == literal_column("'off'")
_ONLY = {"fresh": _COMMENT.c.claims == 0, "again": _COMMENT.c.claims > 0}
_LEASES = {
    dialect: {which: _lease(only, *lightly) for which, only in _ONLY.items()}
    for dialect, lightly in (("sqlite", ()), ("postgresql", (_LIGHTLY,)))
}


def first_free(session: Session, *, now: datetime, lease: timedelta) -> int | None:
    """How often the oldest comment that may be claimed was claimed before; None where there is none. A read, so that an idle
    worker never asks for the write lock."""
    return plain(session).scalar(_FIRST, {"now": now, "far": now + lease + SKEW})


def oldest_pending(session: Session) -> datetime | None:
    """When the comment that waits longest for its verdict came in; None where none waits."""
    return session.scalar(
        select(Comment.received_at).where(Comment.state == State.PENDING).order_by(Comment.received_at).limit(1)
    )


def judged_among(session: Session, comment_ids: Sequence[UUID]) -> list[UUID]:
    """Which of these comments are not pending any more."""
    return list(session.scalars(select(Comment.id).where(Comment.id.in_(comment_ids), Comment.state != State.PENDING)))


def claim(session: Session, *, token: UUID, limit: int, now: datetime, lease: timedelta, again: bool = False) -> Sequence[AnyRow]:
    """Lease up to `limit` pending comments, oldest first, under one fencing token. Rows of the claimed ids and claims.

    `again` asks for comments whose earlier lease ran out, the others for fresh ones: one that kills its worker must not
    use up the tries of its neighbours, so the caller takes those one by one. A lease that ends later than any can was given by
    a clock that is wrong, and binds nobody: should its worker live, the token lets one of the two win.
    """
    leased = {"token": token, "until": now + lease, "now": now, "far": now + lease + SKEW, "limit": limit}
    connection = plain(session)
    return connection.execute(_LEASES[connection.dialect.name]["again" if again else "fresh"], leased).all()
