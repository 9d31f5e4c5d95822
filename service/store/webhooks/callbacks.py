"""Callbacks of Akismet's plugin: which comments and events they are for, and the body that the plugin expects.

A comment names its callback in its context. Its first verdict is usually the answer to the check itself. If the blog was
answered before there was one, the context says so (`AWAITS`), and the verdict goes to the callback like a decision.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from service.domain.states import State
from service.store.db.by_site import of_site
from service.store.db.column_types import AnyRow
from service.store.tables.comments import Comment
from service.store.tables.outbox import Endpoint, EndpointKind, Event, EventType

CALLBACK_EVENTS = (EventType.APPROVED, EventType.REJECTED, EventType.HELD)
#: The names in the context of a comment.
CALLBACK, AWAITS = "callback", "awaits_callback"
_WAITING = (State.PENDING, State.HELD)


def callback_endpoint(session: Session, site_id: str, url: str) -> Endpoint | None:
    """The endpoint of the site for this callback."""
    where = (Endpoint.site_id == site_id, Endpoint.kind == EndpointKind.AKISMET, Endpoint.url == url)
    return session.scalars(select(Endpoint).where(*where).limit(1)).one_or_none()


def await_verdict(session: Session, site_id: str, comment_id: UUID) -> State:
    """The state of the comment. If it is still pending, its verdict will go to its callback: the row lock makes this and the
    verdict come one after the other."""
    this = (Comment.id == comment_id, Comment.site_id == site_id)
    query = select(Comment.state, Comment.context).where(*this).with_for_update()
    state, context = session.execute(query).one()
    if state == State.PENDING and CALLBACK in context:
        session.execute(
            update(Comment).where(*this).values(context={**context, AWAITS: True}).execution_options(synchronize_session=False)
        )
    return State(state)


def contexts_of(session: Session, site_id: str, comment_ids: Sequence[UUID]) -> Mapping[UUID, Mapping[str, Any]]:
    """The contexts of these comments. `site_id`: of this site only."""
    query = select(Comment.id, Comment.context).where(Comment.id.in_(comment_ids), *of_site(Comment.site_id, site_id))
    rows = session.execute(query)
    return {comment_id: context or {} for comment_id, context in rows}


def is_for_callback(event: AnyRow, endpoint_id: UUID, context: Mapping[str, Any]) -> bool:
    """Whether this event is news to the blog at this endpoint."""
    if context.get(CALLBACK) != str(endpoint_id) or event.type not in CALLBACK_EVENTS:
        return False
    if event.type == EventType.HELD and event.from_state in _WAITING:
        return False
    return event.facts.get("by") != "policy" or bool(context.get(AWAITS))


def callback_body(event: Event | None) -> dict[str, Any]:
    """The body without the key. A test names no comment.

    The plugin turns `false` on spam into pending, and on pending into approved. So an approval says it twice. To a comment that
    is published the plugin can only do one thing: mark it as spam.
    """
    if event is None:
        return {"endpoint": "comment-check", "comments": []}
    is_spam = event.to_state == State.REJECTED or (event.to_state == State.HELD and event.from_state == State.APPROVED)
    comment = {"guid": str(event.comment_id), "result": "true" if is_spam else "false"}
    return {"endpoint": "comment-check", "comments": [comment] * (2 if event.to_state == State.APPROVED else 1)}
