"""Authors as moderators look them up: who wrote lately under a name, and what one author wrote. Both look at so many and no more."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from service.domain.states import State
from service.store.db.column_types import AnyRow
from service.store.moderation.cards import QUOTE, last_words
from service.store.tables.comments import Comment, Thread

#: The comments of a site that a name is looked for in, and those of one author that are counted.
LATEST, COUNTED = 10_000, 1_000
#: How many of an author's comments are shown, and how many authors.
SHOWN = 30


@dataclass(frozen=True, slots=True)
class AuthorSummary:
    """An author, named by the id of one comment: nothing that is made from an address may leave."""

    comment_id: UUID
    name: str
    key: str
    number: int
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class Author:
    """One author's comments, newest first: how many are in which state, and the last ones with what was decided about them."""

    comment_id: UUID
    name: str
    key: str
    states: Counter[str]
    since: datetime
    seen_at: datetime
    more: bool
    comments: Sequence[AnyRow]
    decisions: dict[UUID, AnyRow]


def authors(session: Session, site_id: str, *, words: str) -> list[AuthorSummary]:
    """Who wrote lately under such a name, the last one first."""
    columns = (Comment.id, Comment.author_name, Comment.author_key, Comment.received_at, Comment.updated_at, Comment.state)
    latest = select(*columns).where(Comment.site_id == site_id).order_by(Comment.updated_at.desc(), Comment.id.desc())
    recent = latest.limit(LATEST).subquery()
    query = select(recent).where(recent.c.state != State.ERASED).order_by(recent.c.received_at.desc()).limit(COUNTED)
    if words:
        query = query.where(recent.c.author_name.icontains(words, autoescape=True))
    found: dict[tuple[str, str], AuthorSummary] = {}
    numbers: Counter[tuple[str, str]] = Counter()
    for row in session.execute(query):
        who = (row.author_key, "" if row.author_key else row.author_name)
        numbers[who] += 1
        found.setdefault(who, AuthorSummary(row.id, row.author_name, row.author_key, 0, row.received_at))
    return [AuthorSummary(one.comment_id, one.name, one.key, numbers[who], one.seen_at) for who, one in found.items()][:SHOWN]


def author_of(session: Session, site_id: str, comment_id: UUID) -> Author | None:
    """The author of this comment. Without account and address a name is all there is to go by."""
    one = session.execute(
        select(Comment.author_key, Comment.author_name).where(Comment.id == comment_id, Comment.site_id == site_id)
    ).one_or_none()
    if one is None:
        return None
    rows = session.execute(
        select(Comment.id, Comment.state, Comment.received_at)
        .where(*_by(site_id, one))
        .order_by(Comment.received_at.desc())
        .limit(COUNTED)
    ).all()
    ids = [row.id for row in rows[:SHOWN]]
    return Author(
        comment_id, one.author_name, one.author_key, Counter(row.state for row in rows), rows[-1].received_at, rows[0].received_at,
        len(rows) == COUNTED, _shown(session, ids), last_words(session, ids),
    )  # fmt: skip


def _by(site_id: str, one: AnyRow) -> list[ColumnElement[bool]]:
    same = [Comment.site_id == site_id, Comment.author_key == one.author_key]
    return same if one.author_key else [*same, Comment.author_name == one.author_name]


def _shown(session: Session, ids: Sequence[UUID]) -> Sequence[AnyRow]:
    columns = (
        Comment.id, Comment.state, Comment.received_at, func.substr(Comment.text, 1, QUOTE).label("text"),
        Thread.title.label("thread_title"), Thread.external_id.label("thread_name"),
    )  # fmt: skip
    found = select(*columns).join(Thread, Thread.id == Comment.thread_id).where(Comment.id.in_(ids))
    return session.execute(found.order_by(Comment.received_at.desc())).all()
