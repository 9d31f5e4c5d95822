"""What surrounds a comment: the thread in place, and what its author wrote before."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Uuid, func, literal, select, tuple_, union_all
from sqlalchemy.orm import Session

from service.domain.states import State
from service.store.db.column_types import AnyRow, UtcDateTime
from service.store.moderation import groups
from service.store.moderation.queue import QueueFilter, conditions_of
from service.store.tables.comments import Comment, RevisionRow

BEFORE, AFTER, LAST = 3, 3, 5
#: Characters that are shown of each.
SHOWN = 400

_COLUMNS = (
    Comment.id,
    Comment.author_name,
    Comment.state,
    Comment.received_at,
    Comment.parent_id,
    func.substr(Comment.text, 1, SHOWN).label("text"),
)


@dataclass(frozen=True, slots=True)
class CommentContext:
    """Neighbours in the order of the thread, the author's last ones, newest first, and what a decision would take along."""

    before: Sequence[AnyRow]
    after: Sequence[AnyRow]
    by_author: Sequence[AnyRow]
    groups: Sequence[AnyRow]


def comment_context(session: Session, row: AnyRow, asked: QueueFilter) -> CommentContext:
    """What stands around this comment, and in the view that was asked for behind it; four queries."""
    here = tuple_(Comment.received_at, Comment.id)
    there = tuple_(literal(row.received_at, UtcDateTime()), literal(row.id, Uuid()))
    newest_first = (Comment.received_at.desc(), Comment.id.desc())
    before = _in_thread(session, row.thread_id, here < there, *newest_first, most=BEFORE)[-BEFORE:]
    after = _in_thread(session, row.thread_id, here > there, Comment.received_at, Comment.id, most=AFTER)[:AFTER]
    return CommentContext(before, after, _by_author(session, row), _alike(session, row, asked))


def _alike(session: Session, row: AnyRow, asked: QueueFilter) -> Sequence[AnyRow]:
    if row.state != State.HELD or not asked.grouped:
        return ()
    return groups.first_members(session, row.site_id, row.id, conditions_of(row.site_id, asked), *_COLUMNS)


def _in_thread(session: Session, thread_id: UUID, side: ColumnElement[bool], *order: Any, most: int) -> list[AnyRow]:
    """The first of each state on one side, in the order of the thread. Each state for itself: its index ends after those few,
    where both together would be the whole side of the thread, sorted."""
    seen = (State.APPROVED, State.HELD)
    ways = (select(*_COLUMNS).where(Comment.thread_id == thread_id, Comment.state == state, side) for state in seen)
    few = (select(way.order_by(*order).limit(most).subquery()) for way in ways)
    return sorted(session.execute(union_all(*few)), key=lambda row: (row.received_at, row.id))


def _by_author(session: Session, row: AnyRow) -> Sequence[AnyRow]:
    if not row.author_key:
        return []
    others: Select[tuple[object, ...]] = select(*_COLUMNS).where(
        Comment.site_id == row.site_id, Comment.author_key == row.author_key, Comment.id != row.id
    )
    return session.execute(others.order_by(Comment.received_at.desc()).limit(LAST)).all()


def earlier_words(session: Session, comment_id: UUID) -> Sequence[RevisionRow]:
    """The words that a comment had before it was edited, the latest first."""
    found = select(RevisionRow).where(RevisionRow.comment_id == comment_id).order_by(RevisionRow.revision.desc())
    return session.scalars(found).all()
