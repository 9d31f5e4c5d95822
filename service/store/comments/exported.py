"""The comments of a site as another system can take them over: thread by thread, each after those that are older."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, select
from sqlalchemy.orm import Session, aliased

from service.domain.states import State
from service.store.comments.find_sent_before import PRIVATE
from service.store.comments.posted_at import posted_at
from service.store.db.site_keys import site_of
from service.store.tables.comments import Comment, Thread
from service.store.tables.moderation import Decision

_AT_A_TIME = 500
_PARENT = aliased(Comment)
_COLUMNS = (
    Comment.id, Comment.external_id, Comment.text, Comment.state, Comment.author_name, Comment.author_url,
    Comment.author_external_id, Comment.context, Comment.received_at, Thread.external_id.label("thread"), Thread.url, Thread.title,
    _PARENT.id.label("parent_id"), _PARENT.external_id.label("parent_external_id"), Decision.id.label("decision_id"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ExportedId:
    """The id of a comment, and the host's id of it if there is one."""

    id: UUID
    external_id: str

    @property
    def name(self) -> str:
        return self.external_id or str(self.id)


@dataclass(frozen=True, slots=True)
class ExportedComment:
    """A comment with its page. `decided`: its state is a person's decision. A comment that still awaits its verdict is held."""

    id: ExportedId
    parent: ExportedId | None
    thread: str
    url: str
    title: str
    text: str
    state: State
    decided: bool
    posted_at: datetime
    author_name: str
    author_url: str
    author_id: str


def exported_comments(session: Session, site_id: str) -> Iterator[ExportedComment]:
    """All comments of a site, except erased ones and those of contact forms."""
    in_force = and_(
        Decision.comment_id == Comment.id,
        site_of(Decision) == Comment.site_id,
        Decision.version == Comment.version,
        Decision.undoes.is_(None),
    )
    rows = session.execute(
        select(*_COLUMNS)
        .join(Thread, (Thread.id == Comment.thread_id) & (Thread.site_id == Comment.site_id))
        .outerjoin(
            _PARENT, and_(_PARENT.id == Comment.parent_id, _PARENT.site_id == Comment.site_id, _PARENT.state != State.ERASED)
        )
        .outerjoin(Decision, in_force)
        .where(Comment.site_id == site_id, Comment.state != State.ERASED, Thread.external_id.not_like(f"{PRIVATE}%"))
        .order_by(Comment.thread_id, Comment.received_at, Comment.id)
        .execution_options(yield_per=_AT_A_TIME)
    )
    for row in rows:
        yield ExportedComment(
            id=ExportedId(row.id, row.external_id or ""),
            parent=ExportedId(row.parent_id, row.parent_external_id or "") if row.parent_id else None,
            thread=row.thread,
            url=row.url,
            title=row.title,
            text=row.text,
            state=State.HELD if row.state == State.PENDING else State(row.state),
            decided=row.decision_id is not None,
            posted_at=posted_at(row.context) or row.received_at,
            author_name=row.author_name,
            author_url=row.author_url,
            author_id=row.author_external_id,
        )
