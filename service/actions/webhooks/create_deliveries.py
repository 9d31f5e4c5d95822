"""Turn due events into deliveries, one for each endpoint that receives this type of event, and into mails to readers."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import InstrumentedAttribute, Session

from service.actions.reported.queue_mails import queue_mails
from service.domain.ids import new_id
from service.domain.webhooks.endpoint_kinds import CHATS
from service.domain.webhooks.retry_schedule import end_of_minute
from service.store.db.column_types import AnyRow, table
from service.store.tables.outbox import Delivery, DeliveryState, Endpoint, EndpointKind, Event, EventState
from service.store.webhooks.callbacks import contexts_of, is_for_callback

#: One transaction handles at most this many due events.
MOST = 500
#: The key of an advisory lock on PostgreSQL. Only one delivery worker creates deliveries at a time: otherwise a later event could
#: overtake an earlier one. The key can be any number that no other program uses.
_LOCK = 4_719_002


def create_deliveries(session: Session, *, now: datetime, mails: bool = False) -> int:
    """Turn due events into deliveries, and with `mails` into mails to readers. Returns how many events were taken; those of a site
    without endpoints get no delivery."""
    if not _anything(session, now) or not _my_turn(session):
        return 0
    events = _existing(session, _due(session, now))
    endpoints = _endpoints(session, events)
    rows = [
        {
            "id": new_id(),
            "event_id": event.id,
            "endpoint_id": endpoint_id,
            "comment_id": event.comment_id or event.about_id,
            "seq": event.seq,
            "state": DeliveryState.DUE,
            "due_at": end_of_minute(now) if is_chat else now,
            "tries": 0,
            "created_at": now,
        }
        for event in sorted(events, key=lambda event: (event.at, event.id))
        for endpoint_id, is_chat, is_wanted in endpoints[event.site_id]
        if is_wanted(event)
    ]
    if rows:
        build = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
        session.execute(build(table(Delivery)).on_conflict_do_nothing(), rows)
    if mails:
        queue_mails(session, [event.id for event in events if event.about_id], now=now)
    return len(events)


def _anything(session: Session, now: datetime) -> bool:
    return session.scalar(select(Event.id).where(Event.state == EventState.DUE, Event.due_at <= now).limit(1)) is not None


def _my_turn(session: Session) -> bool:
    if session.get_bind().dialect.name == "sqlite":
        return True
    return bool(session.scalar(select(func.pg_try_advisory_xact_lock(_LOCK))))


def _due(session: Session, now: datetime) -> set[UUID]:
    """Due events, and all earlier events of the same comments, even if an earlier event is still delayed so that it can be
    undone.

    Once a later change is due, an undo can no longer withdraw the earlier event, and the earlier event has to arrive first.
    """
    due = session.execute(
        select(Event.id, Event.comment_id, Event.about_id, Event.seq)
        .where(Event.state == EventState.DUE, Event.due_at <= now)
        .order_by(Event.due_at, Event.id)
        .limit(MOST)
    ).all()
    comments = [(event.comment_id, event.seq) for event in due if event.comment_id]
    others = [(event.about_id, event.seq) for event in due if not event.comment_id]
    ids = {event.id for event in due}
    return ids | _earlier(session, Event.comment_id, comments) | _earlier(session, Event.about_id, others)


def _earlier(session: Session, subject: InstrumentedAttribute[UUID | None], due: Sequence[tuple[UUID, int]]) -> set[UUID]:
    """The events before these that are still due, of the same comments (or of the same reports and complaints)."""
    if not due:
        return set()
    last: dict[UUID, int] = {}
    for subject_id, seq in due:
        last[subject_id] = max(seq, last.get(subject_id, 0))
    earlier = session.execute(select(Event.id, subject, Event.seq).where(subject.in_(last), Event.state == EventState.DUE))
    return {event_id for event_id, subject_id, seq in earlier if subject_id and seq < last[subject_id]}


def _existing(session: Session, event_ids: set[UUID]) -> Sequence[AnyRow]:
    """Mark these events as sent, and return the events that were still due. An undo at the same moment either came first, or
    comes too late."""
    if not event_ids:
        return []
    return session.execute(
        update(Event)
        .where(Event.id.in_(event_ids), Event.state == EventState.DUE)
        .values(state=EventState.SENT)
        .returning(
            Event.id,
            Event.site_id,
            Event.comment_id,
            Event.about_id,
            Event.seq,
            Event.type,
            Event.at,
            Event.from_state,
            Event.facts,
        )
        .execution_options(synchronize_session=False)
    ).all()


def _endpoints(session: Session, events: Sequence[AnyRow]) -> defaultdict[str, list[tuple[UUID, bool, Callable[[AnyRow], bool]]]]:
    """The enabled endpoints of the events' sites, each with whether it is a chat, and whether it receives an event."""
    endpoints: defaultdict[str, list[tuple[UUID, bool, Callable[[AnyRow], bool]]]] = defaultdict(list)
    columns = (Endpoint.id, Endpoint.site_id, Endpoint.kind, Endpoint.events)
    rows = session.execute(
        select(*columns).where(Endpoint.site_id.in_({event.site_id for event in events}), Endpoint.enabled)
    ).all()
    blogs = {row.site_id for row in rows if row.kind == EndpointKind.AKISMET}
    contexts = contexts_of(session, [event.comment_id for event in events if event.comment_id and event.site_id in blogs])
    for endpoint_id, site_id, kind, event_types in rows:
        is_wanted = _news_to(endpoint_id, contexts) if kind == EndpointKind.AKISMET else _one_of(frozenset(event_types))
        endpoints[site_id].append((endpoint_id, kind in CHATS, is_wanted))
    return endpoints


def _one_of(event_types: frozenset[str]) -> Callable[[AnyRow], bool]:
    return lambda event: event.type in event_types


def _news_to(endpoint_id: UUID, contexts: Mapping[UUID, Mapping[str, Any]]) -> Callable[[AnyRow], bool]:
    return lambda event: is_for_callback(event, endpoint_id, contexts.get(event.comment_id, {}))
