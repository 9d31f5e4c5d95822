"""Tell chats that a queue has grown old."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.actions.moderation.old_queue import has_news, note_old_queue
from service.domain.ids import new_id
from service.store.tables.outbox import Delivery, DeliveryState, Endpoint, Event, EventState, EventType


def chats_to_look_at(session: Session, *, now: datetime) -> Sequence[UUID]:
    """The chats that are told of old queues, and for which something has changed."""
    chats = session.scalars(select(Endpoint).where(Endpoint.old_after > 0, Endpoint.enabled).order_by(Endpoint.id)).all()
    return [chat.id for chat in chats if has_news(session, chat, [chat.site_id], now=now)]


def tell_chat(session: Session, endpoint_id: UUID, *, now: datetime) -> bool:
    """Look at the queue of a chat again, and tell it if the queue has grown old. Returns whether it was told."""
    query = select(Endpoint).where(Endpoint.id == endpoint_id, Endpoint.old_after > 0, Endpoint.enabled).with_for_update()
    chat = session.scalar(query)
    if chat is None or not note_old_queue(session, chat, [chat.site_id], now=now):
        return False
    _add_message(session, chat, now)
    return True


def _add_message(session: Session, chat: Endpoint, now: datetime) -> None:
    """An event of this chat alone: no other endpoint gets it."""
    event = Event(
        id=new_id(), site_id=chat.site_id, comment_id=None, about_id=new_id(), seq=1, type=EventType.QUEUE_OLD, from_state="",
        to_state="", facts={"minutes": chat.old_after}, state=EventState.SENT, at=now, due_at=now,
    )  # fmt: skip
    session.add(event)
    session.flush()
    session.add(
        Delivery(
            id=new_id(), site_id=chat.site_id, event_id=event.id, endpoint_id=chat.id, comment_id=event.about_id, seq=1,
            state=DeliveryState.DUE, due_at=now, tries=0, created_at=now,
        )
    )  # fmt: skip
    session.flush()
