"""The courier's questions: what is due, to whom, in which order; and the claim that makes it ours for a while."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, func, or_, select, update
from sqlalchemy.orm import Session, aliased

from service.store.db.column_types import AnyRow
from service.store.tables.comments import Comment, Thread
from service.store.tables.outbox import Delivery, DeliveryState, Endpoint, Event, EventState, EventType
from service.store.webhooks.payload import payload

#: Failures in a row after which an endpoint is only probed now and then.
BREAKER = 5
#: How long events of a site that has no endpoint wait to be put aside together: they are nobody's hurry.
IDLE_EVENTS_WAIT = timedelta(seconds=2)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One claimed delivery with everything that its body and its signature are made of. Secrets are still sealed."""

    delivery_id: UUID
    endpoint_id: UUID
    token: UUID
    lease_until: datetime
    #: False for a probe of a broken endpoint before its time: its failure costs no try.
    in_time: bool
    url: str
    secrets: tuple[str, ...]
    message_id: str
    type: EventType
    at: datetime
    body: Mapping[str, Any]


def anything_due(session: Session, *, now: datetime) -> bool:
    """Whether the courier has work. One read of small indexes, so that an idle courier never asks for the write lock."""
    event_due = exists().where(Event.state == EventState.DUE, Event.due_at <= now)
    wanted = exists().where(Endpoint.site_id == Event.site_id, Endpoint.enabled)
    return bool(
        session.scalar(
            select(
                or_(
                    event_due.where(or_(Event.due_at <= now - IDLE_EVENTS_WAIT, wanted)),
                    exists().where(Delivery.state == DeliveryState.DUE, Delivery.due_at <= now, _free(now)),
                    exists().where(Endpoint.enabled, Endpoint.failures >= BREAKER, Endpoint.probe_at <= now, _waits(now)),
                )
            )
        )
    )


def claim(
    session: Session,
    *,
    token: UUID,
    limit: int,
    room: Callable[[UUID], int],
    now: datetime,
    lease: timedelta,
    probe_every: timedelta,
) -> Sequence[UUID]:
    """Lease up to `limit` deliveries under one fencing token, those of one comment strictly in their order.

    `room` says how many more an endpoint may have under way, so that a slow one leaves threads to the others. A broken
    endpoint gets one probe, the longest waiting, whenever that would have been due.
    """
    chosen: list[UUID] = []
    for endpoint in _ready(session, now):
        probing = endpoint.failures >= BREAKER
        most = min(limit - len(chosen), 1 if probing else room(endpoint.id))
        if most > 0:
            chosen += session.scalars(_candidates(endpoint.id, probing, now).limit(most))
            if probing:
                _probed(session, endpoint.id, now + probe_every)
    # A test goes out at once, whatever is thought of its endpoint.
    chosen += session.scalars(select(Delivery.id).where(Delivery.event_id.is_(None), _due(now)).limit(limit))
    if not chosen:
        return []
    return session.scalars(
        update(Delivery)
        .where(Delivery.id.in_(chosen), Delivery.state == DeliveryState.DUE, _free(now))
        .values(lease_token=token, lease_until=now + lease)
        .returning(Delivery.id)
        .execution_options(synchronize_session=False)
    ).all()


def release(session: Session, leased: Sequence[tuple[UUID, UUID]]) -> None:
    """Give up leases (delivery and token) before anything was sent: whoever looks next may have these deliveries."""
    for token in {token for _, token in leased}:
        ids = [delivery_id for delivery_id, its_token in leased if its_token == token]
        session.execute(
            update(Delivery)
            .where(Delivery.id.in_(ids), Delivery.lease_token == token, Delivery.state == DeliveryState.DUE)
            .values(lease_token=None, lease_until=None)
            .execution_options(synchronize_session=False)
        )


def outgoing(session: Session, delivery_ids: Sequence[UUID], *, token: UUID, now: datetime) -> list[Outgoing]:
    """What the deliveries carry that were claimed under this token, as the comments stand now; the longest waiting first.

    One whose endpoint was disabled since the claim, or that is to start anew, is not among them: it is not ours any more.
    """
    if not delivery_ids:
        return []
    rows = session.execute(
        select(Delivery, Endpoint, Event, Comment, Thread)
        .join(Endpoint, Endpoint.id == Delivery.endpoint_id)
        .outerjoin(Event, Event.id == Delivery.event_id)
        .outerjoin(Comment, Comment.id == Event.comment_id)
        .outerjoin(Thread, Thread.id == Comment.thread_id)
        .where(Delivery.id.in_(delivery_ids), Delivery.lease_token == token)
        .order_by(Delivery.due_at, Delivery.id)
    )
    return [_outgoing(row, now) for row in rows]


def live_secrets(endpoint: Endpoint, *, now: datetime) -> tuple[str, ...]:
    """The sealed secrets that sign today: the new one, and the old one until its time is over."""
    old_lives = endpoint.old_secret and endpoint.old_secret_until and endpoint.old_secret_until > now
    return (endpoint.secret, endpoint.old_secret) if old_lives else (endpoint.secret,)


def _free(now: datetime) -> ColumnElement[bool]:
    return or_(Delivery.lease_until.is_(None), Delivery.lease_until < now)


def _due(now: datetime) -> ColumnElement[bool]:
    return and_(Delivery.state == DeliveryState.DUE, Delivery.due_at <= now, _free(now))


def _waits(now: datetime) -> ColumnElement[bool]:
    return exists().where(Delivery.endpoint_id == Endpoint.id, Delivery.state == DeliveryState.DUE, _free(now))


def _ready(session: Session, now: datetime) -> Sequence[AnyRow]:
    """Endpoints that may be called now and have something waiting. Among those that are well none is always the first: where
    there is more to send than can be, each has its share.
    """
    due = exists().where(Delivery.endpoint_id == Endpoint.id, _due(now))
    return session.execute(
        select(Endpoint.id, Endpoint.failures)
        .where(
            Endpoint.enabled,
            or_(Endpoint.probe_at.is_(None), Endpoint.probe_at <= now),
            or_(due, and_(Endpoint.failures >= BREAKER, _waits(now))),
        )
        .order_by(Endpoint.failures, func.random())
    ).all()


def _candidates(endpoint_id: UUID, probing: bool, now: datetime) -> Any:
    """Deliveries of one endpoint that no earlier one of the same comment holds back."""
    earlier = aliased(Delivery)
    held_back = exists().where(
        earlier.endpoint_id == endpoint_id,
        earlier.comment_id == Delivery.comment_id,
        earlier.seq < Delivery.seq,
        earlier.state == DeliveryState.DUE,
    )
    return (
        select(Delivery.id)
        .where(
            Delivery.endpoint_id == endpoint_id,
            Delivery.event_id.is_not(None),
            Delivery.state == DeliveryState.DUE,
            _free(now),
            ~held_back,
            *(() if probing else (Delivery.due_at <= now,)),
        )
        .order_by(Delivery.due_at, Delivery.id)
        # Couriers do not queue for the same rows: what one is about to take, another passes by.
        .with_for_update(skip_locked=True, of=Delivery)
    )


def _probed(session: Session, endpoint_id: UUID, next_probe: datetime) -> None:
    """Other couriers leave this probe to us."""
    session.execute(
        update(Endpoint)
        .where(Endpoint.id == endpoint_id)
        .values(probe_at=next_probe)
        .execution_options(synchronize_session=False)
    )


def _outgoing(row: AnyRow, now: datetime) -> Outgoing:
    delivery, endpoint, event, comment, thread = row
    return Outgoing(
        delivery_id=delivery.id,
        endpoint_id=endpoint.id,
        token=delivery.lease_token,
        lease_until=delivery.lease_until,
        in_time=delivery.due_at <= now,
        url=endpoint.url,
        secrets=live_secrets(endpoint, now=now),
        message_id=str(event.id if event else delivery.id),
        type=EventType(event.type) if event else EventType.TEST,
        at=event.at if event else delivery.created_at,
        body=payload(event, comment, thread) if event else {"site": endpoint.site_id, "endpoint": str(endpoint.id)},
    )
