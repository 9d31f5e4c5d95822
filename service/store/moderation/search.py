"""Search over the comments of a site in all states: by words, and by what names a comment or an author exactly."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Uuid, func, literal, or_, select, tuple_, union_all
from sqlalchemy.orm import Session

from service.domain.states import State
from service.store.db.column_types import AnyRow, UtcDateTime
from service.store.db.folded import mentions
from service.store.tables.comments import Comment, Thread

#: Words are searched in this many of the newest comments in each state. Days, or a state, lead to older ones.
READ = 20_000
#: At most this many comments are found by an exact name, such as an address of a page.
EXACT = 200
#: The states that a search covers. Erased comments have no words and no author.
SEARCHED = (State.PENDING, State.HELD, State.APPROVED, State.REJECTED)


@dataclass(frozen=True, slots=True)
class ExactNames:
    """What the searched words name exactly: ids of comments, the host's own ids, keyed hashes of authors, addresses of pages."""

    ids: tuple[UUID, ...] = ()
    external_ids: tuple[str, ...] = ()
    author_keys: tuple[str, ...] = ()
    urls: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SearchFilter:
    """Narrows a search. `article` is a part of the title, address or id of an article; a section is a part of its address.
    `least_gravity` is 0..1 (`service.domain.policy.gravity`). Times are aware UTC; `until` is exclusive."""

    words: str = ""
    state: State | None = None
    article: str = ""
    language: str = ""
    least_gravity: float = 0.0
    since: datetime | None = None
    until: datetime | None = None
    after: tuple[datetime, UUID] | None = None


_COLUMNS: tuple[Any, ...] = (
    Comment.id,
    Comment.state,
    Comment.version,
    Comment.text,
    Comment.author_name,
    Comment.author_key,
    Comment.received_at,
    Comment.reason,
    Comment.score,
    Comment.thread_id,
    Comment.external_id,
    Comment.context["language"].as_string().label("language"),
)


def find_exactly(session: Session, site_id: str, names: ExactNames, asked: SearchFilter) -> Sequence[AnyRow]:
    """The comments that are named exactly and pass the filter (without its words), the newest first, at most EXACT."""
    pages = select(Thread.id).where(Thread.site_id == site_id, Thread.url.in_(names.urls))
    named = (
        (names.ids, Comment.id.in_(names.ids)),
        (names.external_ids, Comment.external_id.in_(names.external_ids)),
        (names.author_keys, Comment.author_key.in_(names.author_keys)),
        (names.urls, Comment.thread_id.in_(pages)),
    )
    rows: dict[UUID, AnyRow] = {}
    # One query for each kind of name: with OR, a planner might use no index at all.
    for condition in (condition for values, condition in named if values):
        of_site = select(*_COLUMNS).where(Comment.site_id == site_id, condition, Comment.state.in_(SEARCHED))
        source = of_site.order_by(Comment.received_at.desc()).limit(EXACT).subquery()
        for row in session.execute(_shown(source, site_id, asked).limit(EXACT)):
            rows[row.id] = row
    return sorted(rows.values(), key=lambda row: (row.received_at, row.id), reverse=True)[:EXACT]


def search(session: Session, site_id: str, asked: SearchFilter, *, limit: int) -> Sequence[AnyRow]:
    """One page of comments that match, the newest first, and one more if there is another page."""
    states = (asked.state,) if asked.state else SEARCHED
    newest = [_newest(site_id, state, asked).subquery() for state in states]
    source = union_all(*(select(part) for part in newest)).subquery()
    query = _shown(source, site_id, asked)
    if asked.words:
        query = query.where(or_(mentions(source.c.text, asked.words), mentions(source.c.author_name, asked.words)))
    return session.execute(query.limit(limit + 1)).all()


def _newest(site_id: str, state: State, asked: SearchFilter) -> Select[Any]:
    query = select(*_COLUMNS).where(Comment.site_id == site_id, Comment.state == state.value)
    if asked.since:
        query = query.where(Comment.received_at >= asked.since)
    if asked.until:
        query = query.where(Comment.received_at < asked.until)
    if asked.after:
        at, comment_id = literal(asked.after[0], UtcDateTime()), literal(asked.after[1], Uuid())
        query = query.where(tuple_(Comment.received_at, Comment.id) < tuple_(at, comment_id))
    return query.order_by(Comment.received_at.desc(), Comment.id.desc()).limit(READ)


def _shown(source: Any, site_id: str, asked: SearchFilter) -> Select[Any]:
    """The rows of a subquery that pass the filter, with their articles."""
    named = (Thread.title.label("thread_title"), Thread.external_id.label("thread_name"), Thread.url.label("thread_url"))
    query = select(source, *named).join(Thread, Thread.id == source.c.thread_id).where(Thread.site_id == site_id)
    return query.where(*_filters(source, asked)).order_by(source.c.received_at.desc(), source.c.id.desc())


def _filters(source: Any, asked: SearchFilter) -> list[ColumnElement[bool]]:
    filters: list[ColumnElement[bool]] = []
    if asked.state:
        filters.append(source.c.state == asked.state.value)
    if asked.article:
        filters.append(or_(*(mentions(column, asked.article) for column in (Thread.title, Thread.url, Thread.external_id))))
    if asked.language:
        filters.append(func.lower(source.c.language).startswith(asked.language.lower(), autoescape=True))
    if asked.least_gravity:
        filters.append(source.c.score >= asked.least_gravity)
    if asked.since:
        filters.append(source.c.received_at >= asked.since)
    if asked.until:
        filters.append(source.c.received_at < asked.until)
    return filters
