"""Find the stored comment that a host sends again: by Greenroom's id, by the host's own id, or by its text and author."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from service.domain.text.fingerprint import fingerprint
from service.domain.text.markup import without_markup
from service.store.db.column_types import AnyRow
from service.store.tables.comments import Comment, Thread

#: The prefix of private threads, whose feed cannot be found. Each comment of a contact form has its own private thread.
PRIVATE = "private:"
#: The tolerated difference between the host's clock and Greenroom's, when a comment is searched by its author and time.
ABOUT = timedelta(minutes=15)
_MOST = 50
_COLUMNS = (
    Comment.id, Comment.thread_id, Comment.external_id, Comment.state, Comment.version, Comment.text, Comment.author_name,
    Comment.author_key, Comment.ip_key, Comment.context, Comment.received_at, Thread.external_id.label("thread_name"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sent:
    """The facts for finding a comment that was sent before. `thread_id` is None for private threads.

    `posted_at` is the host's time of the comment; with `exactly`, only a comment with the same `posted_at` matches.
    """

    site_id: str
    thread_id: UUID | None
    text: str
    author_name: str = ""
    author_key: str = ""
    ip_key: str = ""
    comment_id: UUID | None = None
    external_id: str = ""
    posted_at: datetime | None = None
    exactly: bool = False

    @property
    def fingerprint(self) -> str:
        """Equal for texts that differ in markup and punctuation only."""
        return fingerprint(without_markup(self.text))

    def is_said_in(self, row: AnyRow) -> bool:
        """Whether the comment has this text, apart from markup and punctuation."""
        return self.text == row.text or self.fingerprint == fingerprint(without_markup(row.text))

    def is_by_author_of(self, row: AnyRow) -> bool:
        if self.author_key or row.author_key:
            return bool(self.author_key == row.author_key)
        return fingerprint(self.author_name) == fingerprint(row.author_name)

    def is_on_thread_of(self, row: AnyRow) -> bool:
        if self.thread_id is None:
            return str(row.thread_name).startswith(PRIVATE)
        return bool(self.thread_id == row.thread_id)


def sent_before(session: Session, sent: Sent, *, since: datetime) -> AnyRow | None:
    """The stored comment, or None. An id matches without a time limit. A comment found by its text must have arrived after
    `since`; a comment found by its author must have arrived within `ABOUT` of `posted_at`, or after `since` if `posted_at` is not
    known."""
    if sent.comment_id and (row := _first(session, sent, Comment.id == sent.comment_id)):
        return row
    named = _first(session, sent, Comment.external_id == sent.external_id) if sent.external_id else None
    # Several blogs may share a site, and each numbers its comments from 1. So the id alone is not enough.
    if named and (sent.is_on_thread_of(named) or (sent.is_said_in(named) and sent.is_by_author_of(named))):
        return named
    matches = [row for row in _candidates(session, sent, since) if _is_same(sent, row)]
    about = sent.posted_at
    return min(matches, key=lambda row: abs(row.received_at - about), default=None) if about else next(iter(matches), None)


def _is_same(sent: Sent, row: AnyRow) -> bool:
    if sent.external_id and row.external_id not in (None, sent.external_id):
        return False
    if sent.exactly and row.context.get("posted_at") != (sent.posted_at.isoformat() if sent.posted_at else None):
        return False
    return sent.is_on_thread_of(row) and sent.is_by_author_of(row) and sent.is_said_in(row)


def _candidates(session: Session, sent: Sent, since: datetime) -> Iterable[AnyRow]:
    """First the comments with the same fingerprint. Then the comments of the same author at about the same time: their text may
    differ because the host removed markup."""
    yield from _newest(session, sent, Comment.fingerprint == fingerprint(sent.text), Comment.received_at > since)
    if sent.author_key or sent.ip_key:
        same_author = Comment.author_key == sent.author_key if sent.author_key else Comment.ip_key == sent.ip_key
        at = sent.posted_at
        about = Comment.received_at.between(at - ABOUT, at + ABOUT) if at else Comment.received_at > since
        yield from _newest(session, sent, same_author, about)


def _newest(session: Session, sent: Sent, *which: ColumnElement[bool]) -> list[AnyRow]:
    where = (*which, Comment.thread_id == sent.thread_id) if sent.thread_id else which
    query = (
        select(*_COLUMNS)
        .join(Thread, (Thread.id == Comment.thread_id) & (Thread.site_id == Comment.site_id))
        .where(Comment.site_id == sent.site_id, *where)
    )
    return list(session.execute(query.order_by(Comment.received_at.desc()).limit(_MOST)))


def _first(session: Session, sent: Sent, which: ColumnElement[bool]) -> AnyRow | None:
    query = (
        select(*_COLUMNS)
        .join(Thread, (Thread.id == Comment.thread_id) & (Thread.site_id == Comment.site_id))
        .where(Comment.site_id == sent.site_id, which)
    )
    return session.execute(query).one_or_none()
