"""The public feed: the approved comments of a thread, in pages, flat or with their replies."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select, tuple_
from sqlalchemy.orm import Session, aliased

from service.domain.states import State
from service.store.comments.listing import Position
from service.store.db.column_types import AnyRow
from service.store.tables.comments import Comment, Thread

#: The maximum number of replies that come with one page of roots.
MOST_REPLIES = 2000


@dataclass(frozen=True, slots=True)
class Head:
    """A thread as its readers see it. `version` grows with every change that they can see."""

    version: int = 0
    approved: int = 0
    url: str = ""
    title: str = ""
    created_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Published:
    """An approved comment. `parent` is set only if the parent is approved, too."""

    id: UUID
    parent: UUID | None
    author_name: str
    author_url: str
    author_verified: bool
    text: str
    edited: bool
    received_at: datetime
    posted_at: str | None


@dataclass(frozen=True, slots=True)
class FeedSlice:
    """A part of a thread: start position, page size and order. `roots`: only comments without an approved parent."""

    after: Position | None
    limit: int
    newest_first: bool
    roots: bool


_PARENT = aliased(Comment)
_COLUMNS = (
    Comment.id,
    Comment.author_name,
    Comment.author_url,
    Comment.author_verified,
    Comment.text,
    Comment.revision,
    Comment.received_at,
    Comment.context["posted_at"].as_string().label("posted_at"),
)


def head_of(session: Session, thread: UUID) -> Head:
    """The thread's head; an empty one if there are no comments yet."""
    columns = (Thread.feed_version, Thread.approved, Thread.url, Thread.title, Thread.created_at)
    row = session.execute(select(*columns).where(Thread.id == thread)).one_or_none()
    return Head(row.feed_version, row.approved, row.url, row.title, row.created_at) if row else Head()


def published_in(session: Session, thread: UUID, part: FeedSlice) -> list[Published]:
    """One page of comments. If there is another page, one comment of it is added."""
    query = _approved().where(Comment.thread_id == thread).limit(part.limit + 1)
    place, order = tuple_(Comment.received_at, Comment.id), (Comment.received_at, Comment.id)
    query = query.order_by(*(column.desc() if part.newest_first else column for column in order))
    if part.roots:
        query = query.where(_PARENT.id.is_(None))
    if part.after is not None:
        mark = tuple_(part.after.at, part.after.id)
        query = query.where(place < mark if part.newest_first else place > mark)
    return [_published(row) for row in session.execute(query)]


def replies_to(session: Session, roots: Sequence[UUID]) -> list[Published]:
    """All approved replies below these roots, oldest first, at most `MOST_REPLIES`. Replies below a comment that is not approved
    are left out."""
    if not roots:
        return []
    below = select(Comment.id).where(Comment.parent_id.in_(roots), Comment.state == State.APPROVED).cte("below", recursive=True)
    deeper = select(Comment.id).join(below, Comment.parent_id == below.c.id).where(Comment.state == State.APPROVED)
    ids = select(below.union_all(deeper).c.id)
    query = _approved().where(Comment.id.in_(ids)).order_by(Comment.received_at, Comment.id).limit(MOST_REPLIES)
    return [_published(row) for row in session.execute(query)]


def _approved() -> Select[*tuple[Any, ...]]:
    seen = (_PARENT.id == Comment.parent_id) & (_PARENT.state == State.APPROVED)
    return select(*_COLUMNS, _PARENT.id.label("parent")).outerjoin(_PARENT, seen).where(Comment.state == State.APPROVED)


def _published(row: AnyRow) -> Published:
    return Published(
        id=row.id,
        parent=row.parent,
        author_name=row.author_name,
        author_url=row.author_url,
        author_verified=row.author_verified,
        text=row.text,
        edited=row.revision > 1,
        received_at=row.received_at,
        posted_at=row.posted_at,
    )
