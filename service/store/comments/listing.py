"""Comments for the API and for readers: one comment with its history, or a page of comments."""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Select, select, tuple_
from sqlalchemy.orm import Session

from service.domain.ids import thread_id
from service.domain.states import State
from service.store.tables.comments import Comment, Thread, VerdictRow
from service.store.tables.outbox import Event
from service.store.tables.sites import Site

_PACKED = struct.Struct(">Q16s")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_LATEST = (datetime(9999, 1, 1, tzinfo=UTC) - _EPOCH) // _MICROSECOND


@dataclass(frozen=True, slots=True)
class Position:
    """Where a page ended: the moment and the id of its last comment."""

    at: datetime
    id: UUID

    def packed(self) -> bytes:
        """24 bytes, for a cursor: the microseconds since 1970, and the id."""
        return _PACKED.pack((self.at.astimezone(UTC) - _EPOCH) // _MICROSECOND, self.id.bytes)

    @classmethod
    def unpacked(cls, raw: bytes) -> "Position":
        """The position in these bytes. Raises struct.error if they are not 24."""
        micros, id_bytes = _PACKED.unpack(raw)
        return cls(_EPOCH + min(micros, _LATEST) * _MICROSECOND, UUID(bytes=id_bytes))


@dataclass(frozen=True, slots=True)
class ListedComment:
    """A comment with its thread, and the newest verdict on its current revision; None if there is none."""

    comment: Comment
    thread: Thread
    verdict: VerdictRow | None


@dataclass(frozen=True, slots=True)
class CommentFilter:
    """Selects comments of a site. They are sorted by arrival if `state` is set and `updated_after` is not, else by their last
    change."""

    state: State | None = None
    thread: str | None = None
    updated_after: datetime | None = None
    after: Position | None = None
    limit: int = 50

    @property
    def moment(self) -> ColumnElement[datetime]:
        """The column by which the page is sorted. Both possible columns have an index."""
        return (Comment.received_at if self._by_arrival else Comment.updated_at).expression

    def place_of(self, row: ListedComment) -> Position:
        """The position of this comment: the next page begins after it."""
        return Position(row.comment.received_at if self._by_arrival else row.comment.updated_at, row.comment.id)

    @property
    def _by_arrival(self) -> bool:
        return self.state is not None and self.updated_after is None


def comment_of(session: Session, site_id: str, comment_id: UUID) -> ListedComment | None:
    """One comment of this site, also an erased one."""
    rows = _listed(session, _comments().where(Comment.id == comment_id, Comment.site_id == site_id))
    return rows[0] if rows else None


def comment_and_site(session: Session, comment_id: UUID) -> tuple[ListedComment, Site] | None:
    """A comment of any site, and its site. Only for the addresses of readers, which name no site."""
    site = session.scalar(select(Site).join(Comment, Comment.site_id == Site.id).where(Comment.id == comment_id))
    listed = comment_of(session, site.id, comment_id) if site else None
    return (listed, site) if listed and site else None


def history_of(session: Session, comment_id: UUID) -> Sequence[Event]:
    """Every change of one comment, first to last."""
    return session.scalars(select(Event).where(Event.comment_id == comment_id, Event.seq > 0).order_by(Event.seq)).all()


def comments_of(session: Session, site_id: str, wanted: CommentFilter) -> list[ListedComment]:
    """One page of comments. If there is another page, one comment of it is added."""
    moment = wanted.moment
    query = _comments().where(Comment.site_id == site_id).order_by(moment, Comment.id).limit(wanted.limit + 1)
    if wanted.state is not None:
        query = query.where(Comment.state == wanted.state)
    if wanted.thread is not None:
        query = query.where(Comment.thread_id == thread_id(site_id, wanted.thread))
    if wanted.updated_after is not None:
        query = query.where(moment > wanted.updated_after)
    if wanted.after is not None:
        query = query.where(tuple_(moment, Comment.id) > tuple_(wanted.after.at, wanted.after.id))
    return _listed(session, query)


def _comments() -> Select[Comment, Thread]:
    return select(Comment, Thread).join(Thread, (Thread.id == Comment.thread_id) & (Thread.site_id == Comment.site_id))


def _listed(session: Session, query: Select[Comment, Thread]) -> list[ListedComment]:
    rows = session.execute(query).all()
    verdicts = _verdicts(session, [comment.id for comment, _ in rows])
    return [ListedComment(comment, thread, verdicts.get((comment.id, comment.revision))) for comment, thread in rows]


def _verdicts(session: Session, comment_ids: Sequence[UUID]) -> dict[tuple[UUID, int], VerdictRow]:
    """The newest verdict of each revision. A verdict does not cover the text of a later revision."""
    if not comment_ids:
        return {}
    rows = session.scalars(
        select(VerdictRow).where(VerdictRow.comment_id.in_(comment_ids)).order_by(VerdictRow.at, VerdictRow.id)
    )
    return {(row.comment_id, row.revision): row for row in rows}
