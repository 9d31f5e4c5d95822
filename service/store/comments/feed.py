"""The public feed: the approved comments of a thread, in pages, flat or with their replies."""

from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate
from typing import Any
from uuid import UUID

from sqlalchemy import Select, case, func, select, tuple_
from sqlalchemy.orm import Session, aliased

from service.domain.states import State
from service.store.comments.listing import Position
from service.store.db.column_types import AnyRow
from service.store.db.site_keys import site_of
from service.store.tables.comments import Comment, RevisionRow, Thread


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
    edited_at: datetime | None
    received_at: datetime
    posted_at: str | None

    @property
    def place(self) -> Position:
        return Position(self.received_at, self.id)


@dataclass(frozen=True, slots=True)
class FeedSlice:
    """A part of a thread: start position, page size and order.

    `roots`: only comments without an approved parent. `parent`: only the replies to this comment.
    """

    after: Position | None
    limit: int
    newest_first: bool
    roots: bool
    parent: UUID | None = None


_PARENT = aliased(Comment)
_place = tuple_(Comment.received_at, Comment.id)
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


def head_of(session: Session, site_id: str, thread: UUID) -> Head:
    """The thread's head; an empty one if there are no comments yet."""
    columns = (Thread.feed_version, Thread.approved, Thread.url, Thread.title, Thread.created_at)
    row = session.execute(select(*columns).where(Thread.id == thread, Thread.site_id == site_id)).one_or_none()
    return Head(row.feed_version, row.approved, row.url, row.title, row.created_at) if row else Head()


@dataclass(frozen=True, slots=True)
class Part:
    """Comments of a page. `rest`: the position after which the next page begins; None on the last one."""

    comments: list[Published]
    rest: Position | None


def published_in(session: Session, site_id: str, thread: UUID, part: FeedSlice, *, most_text: int, scan: int | None) -> Part:
    """One page of comments: at least one, then as many as have at most `most_text` characters in all.

    `scan`: a page of roots looks at so many comments and ends there, however few of them are roots. None: at all.
    """
    end = _end_of_scan(session, site_id, thread, part, scan) if scan and part.roots and part.parent is None else None
    query = _in_order(approved_comments(site_id).where(Comment.thread_id == thread), part).limit(part.limit + 1)
    if part.parent is not None:
        query = query.where(Comment.parent_id == part.parent)
    elif part.roots:
        query = query.where(_PARENT.id.is_(None))
    if end is not None:
        mark = tuple_(end.at, end.id)
        query = query.where(_place >= mark if part.newest_first else _place <= mark)
    comments = [as_published(row) for row in session.execute(query)]
    fitting = _fitting(comments[: part.limit], most_text)
    return Part(fitting, fitting[-1].place if len(fitting) < len(comments) else end)


def is_published(session: Session, site_id: str, thread: UUID, comment: UUID) -> bool:
    """Whether this is an approved comment of the thread."""
    query = select(Comment.id).where(
        Comment.id == comment, Comment.site_id == site_id, Comment.thread_id == thread, Comment.state == State.APPROVED
    )
    return session.scalar(query) is not None


def _in_order(query: Select[*tuple[Any, ...]], part: FeedSlice) -> Select[*tuple[Any, ...]]:
    order = (Comment.received_at, Comment.id)
    query = query.order_by(*(column.desc() if part.newest_first else column for column in order))
    if part.after is None:
        return query
    mark = tuple_(part.after.at, part.after.id)
    return query.where(_place < mark if part.newest_first else _place > mark)


def _end_of_scan(session: Session, site_id: str, thread: UUID, part: FeedSlice, scan: int) -> Position | None:
    """The position of the last comment that a page may look at, found in the index alone; None if the thread ends before."""
    query = select(Comment.received_at, Comment.id).where(
        site_of(Comment) == site_id, Comment.thread_id == thread, Comment.state == State.APPROVED
    )
    row = session.execute(_in_order(query, part).offset(scan - 1).limit(1)).one_or_none()
    return Position(row.received_at, row.id) if row else None


def _fitting(comments: list[Published], most_text: int) -> list[Published]:
    text = accumulate(len(comment.text) for comment in comments)
    return [comment for n, (comment, so_far) in enumerate(zip(comments, text, strict=True)) if n == 0 or so_far <= most_text]


def approved_comments(site_id: str) -> Select[*tuple[Any, ...]]:
    """Approved comments of a site with the columns of `Published`."""
    seen = (_PARENT.id == Comment.parent_id) & (_PARENT.site_id == Comment.site_id) & (_PARENT.state == State.APPROVED)
    # When the text was replaced for the last time; null if its history is in an archive.
    edits = (RevisionRow.comment_id == Comment.id, RevisionRow.site_id == site_id)
    edited_at = case(
        (Comment.revision > 1, select(func.max(RevisionRow.replaced_at)).where(*edits).correlate(Comment).scalar_subquery())
    )
    query = select(*_COLUMNS, edited_at.label("edited_at"), _PARENT.id.label("parent")).outerjoin(_PARENT, seen)
    return query.where(site_of(Comment) == site_id, Comment.state == State.APPROVED)


def as_published(row: AnyRow) -> Published:
    return Published(
        id=row.id,
        parent=row.parent,
        author_name=row.author_name,
        author_url=row.author_url,
        author_verified=row.author_verified,
        text=row.text,
        edited=row.revision > 1,
        edited_at=row.edited_at,
        received_at=row.received_at,
        posted_at=row.posted_at,
    )
