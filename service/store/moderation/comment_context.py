"""The context of a comment: its neighbours in the thread, and other comments of its author."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Uuid, func, literal, select, tuple_, union_all
from sqlalchemy.orm import Session

from service.domain.states import State
from service.store.db.column_types import AnyRow, UtcDateTime
from service.store.moderation import groups
from service.store.moderation.queue_conditions import conditions_of
from service.store.moderation.queue_filter import QueueFilter
from service.store.tables.comments import Comment, RevisionRow

BEFORE, AFTER, LAST = 3, 3, 5
#: The number of characters of each comment that are shown.
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
    """The neighbours in thread order, the author's other comments (newest first), and the members of its group that are decided
    together with it."""

    before: Sequence[AnyRow]
    after: Sequence[AnyRow]
    by_author: Sequence[AnyRow]
    group_members: Sequence[AnyRow]


def comment_context(session: Session, row: AnyRow, asked: QueueFilter) -> CommentContext:
    """The context of this comment, with its group in the requested view; four queries."""
    position = tuple_(Comment.received_at, Comment.id)
    center = tuple_(literal(row.received_at, UtcDateTime()), literal(row.id, Uuid()))
    newest_first = (Comment.received_at.desc(), Comment.id.desc())
    before = _in_thread(session, row.thread_id, position < center, *newest_first, most=BEFORE)[-BEFORE:]
    after = _in_thread(session, row.thread_id, position > center, Comment.received_at, Comment.id, most=AFTER)[:AFTER]
    return CommentContext(before, after, _by_author(session, row), _group_members(session, row, asked))


def _group_members(session: Session, row: AnyRow, asked: QueueFilter) -> Sequence[AnyRow]:
    if row.state != State.HELD or not asked.grouped:
        return ()
    return groups.first_members(session, row.site_id, row.id, conditions_of(row.site_id, asked), *_COLUMNS)


def _in_thread(session: Session, thread_id: UUID, side: ColumnElement[bool], *order: Any, most: int) -> list[AnyRow]:
    """The nearest approved and held comments before or after a comment, in thread order. Each state has its own subquery, which
    reads only `most` rows of its index. One query for both states would sort all comments on that side of the thread."""
    states = (State.APPROVED, State.HELD)
    queries = (select(*_COLUMNS).where(Comment.thread_id == thread_id, Comment.state == state, side) for state in states)
    nearest = (select(query.order_by(*order).limit(most).subquery()) for query in queries)
    return sorted(session.execute(union_all(*nearest)), key=lambda row: (row.received_at, row.id))


def _by_author(session: Session, row: AnyRow) -> Sequence[AnyRow]:
    if not row.author_key:
        return []
    others: Select[tuple[object, ...]] = select(*_COLUMNS).where(
        Comment.site_id == row.site_id, Comment.author_key == row.author_key, Comment.id != row.id
    )
    return session.execute(others.order_by(Comment.received_at.desc()).limit(LAST)).all()


def earlier_words(session: Session, comment_id: UUID) -> Sequence[RevisionRow]:
    """The texts that a comment had before its edits, the latest first."""
    query = select(RevisionRow).where(RevisionRow.comment_id == comment_id).order_by(RevisionRow.revision.desc())
    return session.scalars(query).all()
