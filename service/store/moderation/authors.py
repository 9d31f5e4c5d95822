"""Look up authors: which authors recently wrote under a name, and what one author wrote. Both queries read a limited number of
comments."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from service.domain.states import State
from service.store.db.column_types import AnyRow
from service.store.db.folded import mentions
from service.store.moderation.cards import QUOTE, last_words
from service.store.tables.comments import Comment, Thread
from service.store.tables.moderation import Activity, ActivityKind

#: A name is searched in the LATEST newest comments of a site. Of the matching comments, or of one author's comments, at most
#: COUNTED are read.
LATEST, COUNTED = 10_000, 1_000
#: The maximum number of authors that are shown, and of comments on the page of one author.
SHOWN, COMMENTS_SHOWN = 30, 200


@dataclass(frozen=True, slots=True)
class AuthorSummary:
    """An author, identified by the id of one of their comments: nothing derived from an address may leave Greenroom."""

    comment_id: UUID
    name: str
    key: str
    number: int
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class Author:
    """One author's comments, newest first: how many are in each state, and the last ones with the latest decision on each."""

    comment_id: UUID
    name: str
    key: str
    states: Counter[str]
    since: datetime
    seen_at: datetime
    more: bool
    comments: Sequence[AnyRow]
    decisions: dict[UUID, AnyRow]
    email_domain: str = ""
    like: dict[str, int] = field(default_factory=dict)

    @property
    def oldest_listed(self) -> datetime:
        return self.comments[-1].received_at if self.comments else self.since

    def listed(self, *states: State) -> int:
        """How many of the listed comments are in one of these states."""
        return sum(row.state in states for row in self.comments)


@dataclass(frozen=True, slots=True)
class Listed:
    """The comments of the author of `comment_id` that a page listed: they came from `since` to `until`."""

    comment_id: UUID
    since: datetime
    until: datetime


def authors(session: Session, site_id: str, *, words: str) -> list[AuthorSummary]:
    """The authors who recently wrote under a name that contains these words, the latest first. Replies in the name of the site
    are left out: the site is no author."""
    columns = (
        Comment.id, Comment.author_name, Comment.author_key, Comment.author_external_id, Comment.received_at, Comment.updated_at,
        Comment.state,
    )  # fmt: skip
    latest = select(*columns).where(Comment.site_id == site_id).order_by(Comment.updated_at.desc(), Comment.id.desc())
    recent = latest.limit(LATEST).subquery()
    query = (
        select(recent)
        .where(recent.c.state != State.ERASED, recent.c.author_external_id != site_author(site_id))
        .order_by(recent.c.received_at.desc())
        .limit(COUNTED)
    )
    if words:
        query = query.where(mentions(recent.c.author_name, words))
    latest_of: dict[tuple[str, str], AuthorSummary] = {}
    numbers: Counter[tuple[str, str]] = Counter()
    for row in session.execute(query):
        key = (row.author_key, "" if row.author_key else row.author_name)
        numbers[key] += 1
        latest_of.setdefault(key, AuthorSummary(row.id, row.author_name, row.author_key, 0, row.received_at))
    return [AuthorSummary(a.comment_id, a.name, a.key, numbers[key], a.seen_at) for key, a in latest_of.items()][:SHOWN]


def author_of(session: Session, site_id: str, comment_id: UUID) -> Author | None:
    """The author of this comment; None if there is no such comment. Without an account or address the name alone identifies
    them."""
    comment = _writer(session, site_id, comment_id)
    if comment is None:
        return None
    rows = session.execute(
        select(Comment.id, Comment.state, Comment.received_at)
        .where(*_by(site_id, comment))
        .order_by(Comment.received_at.desc())
        .limit(COUNTED)
    ).all()
    ids = [row.id for row in rows[:COMMENTS_SHOWN]]
    return Author(
        comment_id, comment.author_name, comment.author_key, Counter(row.state for row in rows), rows[-1].received_at,
        rows[0].received_at, len(rows) == COUNTED, _rows(session, ids), last_words(session, site_id, ids), comment.email_domain, _by_others(session, site_id, comment),
    )  # fmt: skip


def listed_comments(session: Session, site_id: str, listed: Listed, states: Collection[State]) -> Sequence[AnyRow]:
    """The id and version of the listed comments that are in one of these states now, the newest first."""
    comment = _writer(session, site_id, listed.comment_id)
    if comment is None:
        return ()
    query = select(Comment.id, Comment.version).where(
        *_by(site_id, comment),
        Comment.state.in_(states),
        Comment.received_at >= listed.since,
        Comment.received_at <= listed.until,
    )
    return session.execute(query.order_by(Comment.received_at.desc()).limit(COMMENTS_SHOWN)).all()


def site_author(site_id: str) -> str:
    """The host's id of the author of replies in the name of the site."""
    return f"site:{site_id}"


def _writer(session: Session, site_id: str, comment_id: UUID) -> AnyRow | None:
    columns = (Comment.author_key, Comment.author_name, Comment.email_domain, Comment.ip_key)
    return session.execute(select(*columns).where(Comment.id == comment_id, Comment.site_id == site_id)).one_or_none()


def _by_others(session: Session, site_id: str, comment: AnyRow) -> dict[str, int]:
    """How many of the latest comments by others came from the same e-mail domain, and how many from the same network."""
    columns = (Comment.author_key, Comment.email_domain, Comment.ip_key)
    latest = select(*columns).where(Comment.site_id == site_id).order_by(Comment.updated_at.desc(), Comment.id.desc())
    recent = latest.limit(LATEST).subquery()
    others = recent.c.author_key != comment.author_key
    groups = {"domain": (recent.c.email_domain, comment.email_domain), "network": (recent.c.ip_key, comment.ip_key)}
    return {
        kind: session.scalar(select(func.count()).select_from(recent).where(column == value, others)) or 0
        for kind, (column, value) in groups.items()
        if value
    }


def _by(site_id: str, comment: AnyRow) -> list[ColumnElement[bool]]:
    same_key = [Comment.site_id == site_id, Comment.author_key == comment.author_key]
    return same_key if comment.author_key else [*same_key, Comment.author_name == comment.author_name]


def _rows(session: Session, ids: Sequence[UUID]) -> Sequence[AnyRow]:
    columns = (
        Comment.id, Comment.state, Comment.received_at, func.substr(Comment.text, 1, QUOTE).label("text"),
        Thread.title.label("thread_title"), Thread.external_id.label("thread_name"),
    )  # fmt: skip
    query = (
        select(*columns)
        .join(Thread, (Thread.id == Comment.thread_id) & (Thread.site_id == Comment.site_id))
        .where(Comment.id.in_(ids))
    )
    return session.execute(query.order_by(Comment.received_at.desc())).all()


def banned_by(session: Session, site_id: str, author_key: str) -> UUID | None:
    """The moderator who last banned this author; None if their account is gone."""
    bans = (Activity.site_id == site_id, Activity.author_key == author_key, Activity.kind == ActivityKind.BAN)
    return session.scalar(select(Activity.moderator_id).where(*bans).order_by(Activity.at.desc(), Activity.id.desc()).limit(1))
