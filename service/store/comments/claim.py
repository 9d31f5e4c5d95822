"""Claim pending comments for a worker: leases of many rows at once, each under a fencing token."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Integer, bindparam, func, literal_column, or_, select, update
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import ReturningUpdate

from service.domain.states import State
from service.store.db.bulk import plain
from service.store.db.by_site import engine_kind, is_by_site
from service.store.db.column_types import AnyRow, table
from service.store.tables.comments import Comment

_COMMENT = table(Comment)
_UNTIL = _COMMENT.c.lease_until
_NOW, _FAR, _LIMIT = bindparam("now", type_=_UNTIL.type), bindparam("far", type_=_UNTIL.type), bindparam("limit", type_=Integer)
_FREE = (_COMMENT.c.state == State.PENDING, or_(_UNTIL.is_(None), _UNTIL < _NOW, _UNTIL > _FAR))
#: The tolerated clock skew between two machines, on top of the length of a lease.
SKEW = timedelta(seconds=1)
#: These statements run for every batch, so they are built only once: building a statement takes as long as running it.
_OLDEST_FREE = select(_COMMENT.c.received_at).where(*_FREE).order_by(_COMMENT.c.received_at, _COMMENT.c.id).limit(1)
_FIRST = select(_COMMENT.c.claims).where(*_FREE).order_by(_COMMENT.c.received_at, _COMMENT.c.id).limit(1)


def _lease(
    only: ColumnElement[bool], *, of_site: Sequence[ColumnElement[bool]] = (), lightly: Sequence[ColumnElement[bool]] = ()
) -> ReturningUpdate[UUID, str, int]:
    """The outer UPDATE does not test `state = 'pending'` again: with stale statistics PostgreSQL would then plan a quadratic
    nested loop. A second test is not needed, because the subquery has locked the rows."""
    due = (
        select(_COMMENT.c.id)
        .where(*_FREE, only, *of_site)
        .order_by(_COMMENT.c.received_at, _COMMENT.c.id)
        .limit(_LIMIT)
        .with_for_update(skip_locked=True)
        .cte("due")
    )
    return (
        update(_COMMENT)
        .where(_COMMENT.c.id.in_(select(due.c.id)), *of_site, *lightly)
        .values(lease_token=bindparam("token"), lease_until=bindparam("until"), claims=_COMMENT.c.claims + 1)
        .returning(_COMMENT.c.id, _COMMENT.c.site_id, _COMMENT.c.claims)
    )


#: On PostgreSQL a lease commits without waiting for the disk. Losing a lease in a server crash does no harm: the worker's token
#: no longer matches, so that worker cannot apply a verdict. Citus refuses functions with an effect in an UPDATE.
_LIGHTLY = func.set_config("synchronous_commit", "off", literal_column("true")) == literal_column("'off'")
_ONLY = {"fresh": _COMMENT.c.claims == 0, "again": _COMMENT.c.claims > 0}
_LEASES = {
    "sqlite": {which: _lease(only) for which, only in _ONLY.items()},
    "postgresql": {which: _lease(only, lightly=(_LIGHTLY,)) for which, only in _ONLY.items()},
    "citus": {which: _lease(only, of_site=(_COMMENT.c.site_id == bindparam("site"),)) for which, only in _ONLY.items()},
}
_SITE_OF_OLDEST = {
    which: select(_COMMENT.c.site_id).where(*_FREE, only).order_by(_COMMENT.c.received_at, _COMMENT.c.id).limit(1)
    for which, only in _ONLY.items()
}


def first_free(session: Session, *, now: datetime, lease: timedelta) -> int | None:
    """Finds the oldest comment that may be claimed. Returns how often it was claimed before; None if there is no such comment.
    This only reads, so an idle worker never takes the write lock."""
    return plain(session).scalar(_FIRST, {"now": now, "far": now + lease + SKEW})


def oldest_pending(session: Session) -> datetime | None:
    """When the comment that has been pending longest arrived; None if none is pending."""
    return session.scalar(
        select(Comment.received_at).where(Comment.state == State.PENDING).order_by(Comment.received_at).limit(1)
    )


def oldest_unclaimed(session: Session, *, now: datetime, lease: timedelta) -> datetime | None:
    """When the oldest comment arrived that no worker holds; None if there is none."""
    return plain(session).scalar(_OLDEST_FREE, {"now": now, "far": now + lease + SKEW})


def claimed_since(session: Session, moment: datetime, *, lease: timedelta) -> bool:
    """Whether a worker has claimed a comment since this moment that is still pending."""
    held = select(Comment.id).where(Comment.state == State.PENDING, Comment.lease_until > moment + lease)
    return session.scalar(held.limit(1)) is not None


def judged_among(session: Session, comment_ids: Sequence[UUID]) -> list[UUID]:
    """Which of these comments are not pending any more."""
    return list(session.scalars(select(Comment.id).where(Comment.id.in_(comment_ids), Comment.state != State.PENDING)))


def claim(session: Session, *, token: UUID, limit: int, now: datetime, lease: timedelta, again: bool = False) -> Sequence[AnyRow]:
    """Lease up to `limit` pending comments, oldest first, under one fencing token. Returns rows of (id, site_id, claims). With
    Citus they are all of the site with the oldest.

    With `again`, it takes comments whose earlier lease ran out; without, only comments that were never claimed. One comment may
    kill its worker each time, and must not use up the tries of other comments, so the caller claims comments with `again` one by
    one. A lease that ends later than any new lease would is ignored: it was made with a wrong clock. If the worker of that lease
    is still alive, the token lets only one of the two workers commit.
    """
    leased = {"token": token, "until": now + lease, "now": now, "far": now + lease + SKEW, "limit": limit}
    connection, which = plain(session), "again" if again else "fresh"
    if is_by_site(connection):
        leased["site"] = connection.scalar(_SITE_OF_OLDEST[which], {"now": now, "far": now + lease + SKEW})
    return connection.execute(_LEASES[engine_kind(connection)][which], leased).all()
