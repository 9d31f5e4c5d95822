"""Queries of the delivery worker: which deliveries are due, in which order, and the lease that claims them."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import BindParameter, ColumnElement, and_, bindparam, exists, func, or_, select, update
from sqlalchemy.orm import Session, aliased

from service.domain.webhooks.endpoint_kinds import CHATS
from service.store.db.by_site import each_site, is_by_site, of_site
from service.store.db.column_types import AnyRow
from service.store.db.site_keys import site_of
from service.store.tables.outbox import Delivery, DeliveryState, Endpoint, Event, EventState

Moment = BindParameter[datetime]
#: Failures in a row after which the circuit breaker opens: the endpoint is then only probed now and then.
BREAKER = 5
#: How long events of a site without an endpoint wait, so that many can be marked as sent at once. These events are not urgent.
IDLE_EVENTS_WAIT = timedelta(seconds=2)
#: One message to a chat stands for at most this many deliveries.
MOST_TOGETHER = 1_000


@dataclass(frozen=True, slots=True)
class DueWork:
    """What the delivery worker has to do: to make deliveries from events, and to send deliveries that are there already."""

    events: bool
    deliveries: bool


def anything_due(session: Session, *, now: datetime) -> bool:
    """Whether the delivery worker has work. One read of small indexes, so that an idle worker never takes the write lock."""
    work = due_work(session, now=now)
    return work.events or work.deliveries


def due_work(session: Session, *, now: datetime) -> DueWork:
    row = session.connection().execute(_due_work(is_by_site(session)), {"now": now, "idle_since": now - IDLE_EVENTS_WAIT}).one()
    return DueWork(bool(row.events), bool(row.deliveries))


@cache
def _due_work(by_site: bool) -> Any:
    """Built once: to build it takes longer than to run it."""
    now: Moment = bindparam("now")
    has_endpoint = exists().where(Endpoint.site_id == Event.site_id, Endpoint.enabled)
    is_urgent = or_(Event.due_at <= bindparam("idle_since"), has_endpoint)
    return select(
        exists().where(Event.state == EventState.DUE, Event.due_at <= now, is_urgent).label("events"),
        or_(
            exists().where(Delivery.state == DeliveryState.DUE, Delivery.due_at <= now, _free(now)),
            exists().where(Endpoint.enabled, Endpoint.failures >= BREAKER, Endpoint.probe_at <= now, _waits(now, by_site)),
        ).label("deliveries"),
    )


def deliveries_claimed_since(session: Session, moment: datetime, *, lease: timedelta, own: Collection[UUID] = ()) -> bool:
    """Whether another delivery worker has claimed a delivery since this moment that is still due. `own`: what the caller claimed."""
    held = select(Delivery.id).where(
        Delivery.state == DeliveryState.DUE, Delivery.lease_until > moment + lease, Delivery.id.not_in(own)
    )
    return session.scalar(held.limit(1)) is not None


def can_claim(session: Session, *, limit: int, slow_limit: int, room: Callable[..., int], now: datetime) -> bool:
    """Whether `claim` would lease anything now: all that is due may be for endpoints that are busy or broken. This only reads."""
    choices = _choices(session, limit=limit, slow_limit=slow_limit, room=room, now=now, lock=False)
    return any(rows for _, rows in choices)


def claim(
    session: Session,
    *,
    token: UUID,
    limit: int,
    slow_limit: int,
    room: Callable[..., int],
    now: datetime,
    lease: timedelta,
    probe_every: timedelta,
) -> Sequence[UUID]:
    """Lease up to `limit` deliveries under one fencing token, and up to `slow_limit` to slow endpoints. The deliveries of one comment
    to an endpoint are leased strictly in order. All that is due to a chat is leased together, because it becomes one message.

    `room(endpoint_id, is_slow=...)` returns how many more deliveries an endpoint may have in flight. A broken endpoint gets one
    delivery as a probe: the one that has waited longest, even if it is not due yet.
    """
    chosen: list[AnyRow] = []
    for probed, rows in _choices(session, limit=limit, slow_limit=slow_limit, room=room, now=now, lock=True):
        chosen += rows
        if probed:
            _probed(session, probed, now + probe_every)
    claimed: list[UUID] = []
    for site_id, some in each_site(session, chosen, lambda row: row.site_id):
        claimed += session.scalars(
            update(Delivery)
            .where(Delivery.id.in_([row.id for row in some]), Delivery.state == DeliveryState.DUE, _free(now))
            .where(*of_site(Delivery.site_id, site_id))
            .values(lease_token=token, lease_until=now + lease)
            .returning(Delivery.id)
            .execution_options(synchronize_session=False)
        )
    return claimed


def release(session: Session, leased: Sequence[tuple[UUID, UUID]]) -> None:
    """Give up leases (delivery id, token) before anything was sent, so that any worker can claim these deliveries."""
    for token in {token for _, token in leased}:
        ids = [delivery_id for delivery_id, its_token in leased if its_token == token]
        session.execute(
            update(Delivery)
            .where(Delivery.id.in_(ids), Delivery.lease_token == token, Delivery.state == DeliveryState.DUE)
            .values(lease_token=None, lease_until=None)
            .execution_options(synchronize_session=False)
        )


def _choices(
    session: Session, *, limit: int, slow_limit: int, room: Callable[..., int], now: datetime, lock: bool
) -> Iterator[tuple[UUID | None, Sequence[AnyRow]]]:
    """The ids and sites of what may be leased, endpoint by endpoint, and the endpoint's id if it is broken and gets a probe."""
    left = {False: limit, True: slow_limit}
    for endpoint in session.execute(_ready(is_by_site(session)), {"now": now}).all():
        probing, is_chat, is_slow = endpoint.failures >= BREAKER, endpoint.kind in CHATS, endpoint.slow_milliseconds > 0
        most = min(left[is_slow], 1 if probing else room(endpoint.id, is_slow=is_slow))
        if most > 0:
            values = {
                "endpoint_id": endpoint.id,
                "site_id": endpoint.site_id,
                "now": now,
                "most": MOST_TOGETHER if is_chat else most,
            }
            found = session.execute(_candidates(probing=probing, is_chat=is_chat, lock=lock), values).all()
            left[is_slow] -= 1 if is_chat and found else len(found)
            yield endpoint.id if probing else None, found
    # A test is sent at once, also to a broken or disabled endpoint.
    yield None, session.execute(_tests(), {"now": now, "most": left[False]}).all()


@cache
def _tests() -> Any:
    return (
        select(Delivery.id, Delivery.site_id).where(Delivery.event_id.is_(None), _due(bindparam("now"))).limit(bindparam("most"))
    )


def _free(now: "datetime | Moment") -> ColumnElement[bool]:
    return or_(Delivery.lease_until.is_(None), Delivery.lease_until < now)


def _due(now: Moment) -> ColumnElement[bool]:
    return and_(Delivery.state == DeliveryState.DUE, Delivery.due_at <= now, _free(now))


def _waits(now: Moment, by_site: bool) -> ColumnElement[bool]:
    return _has_delivery(and_(Delivery.state == DeliveryState.DUE, _free(now)), by_site)


def _has_delivery(which: ColumnElement[bool], by_site: bool) -> ColumnElement[bool]:
    """Whether an endpoint has such a delivery. Citus asks all nodes for them, and then looks for the endpoints."""
    if by_site:
        return Endpoint.id.in_(select(Delivery.endpoint_id).where(which).distinct())
    return exists().where(Delivery.endpoint_id == Endpoint.id, which)


@cache
def _ready(by_site: bool) -> Any:
    """Endpoints that may be called now and have deliveries waiting. Working endpoints come in random order, so that under
    overload each gets its share.
    """
    now: Moment = bindparam("now")
    due = _has_delivery(_due(now), by_site)
    return (
        select(Endpoint.id, Endpoint.site_id, Endpoint.failures, Endpoint.kind, Endpoint.slow_milliseconds)
        .where(
            Endpoint.enabled,
            or_(Endpoint.probe_at.is_(None), Endpoint.probe_at <= now),
            or_(due, and_(Endpoint.failures >= BREAKER, _waits(now, by_site))),
        )
        .order_by(Endpoint.failures, func.random())
    )


@cache
def _candidates(*, probing: bool, is_chat: bool, lock: bool) -> Any:
    """Deliveries to one endpoint, apart from those that must wait for an earlier delivery of the same comment that is still
    due. A message to a chat tells all of them together, so there none has to wait."""
    now: Moment = bindparam("now")
    endpoint_id: BindParameter[UUID] = bindparam("endpoint_id")
    site_id: BindParameter[str] = bindparam("site_id")
    earlier = aliased(Delivery)
    held_back = exists().where(
        site_of(earlier) == site_id,
        earlier.endpoint_id == endpoint_id,
        earlier.comment_id == Delivery.comment_id,
        earlier.seq < Delivery.seq,
        earlier.state == DeliveryState.DUE,
    )
    candidates = (
        select(Delivery.id, Delivery.site_id)
        .where(
            Delivery.site_id == site_id,
            Delivery.endpoint_id == endpoint_id,
            Delivery.event_id.is_not(None),
            Delivery.state == DeliveryState.DUE,
            _free(now),
            *(() if is_chat else (~held_back,)),
            *(() if probing else (Delivery.due_at <= now,)),
        )
        .order_by(Delivery.due_at, Delivery.id)
        .limit(bindparam("most"))
    )
    # SKIP LOCKED: delivery workers do not wait for each other's row locks.
    return candidates.with_for_update(skip_locked=True, of=Delivery) if lock else candidates


def _probed(session: Session, endpoint_id: UUID, next_probe: datetime) -> None:
    """Set the time of the next probe, so that no other delivery worker probes the endpoint now."""
    session.execute(
        update(Endpoint)
        .where(Endpoint.id == endpoint_id)
        .values(probe_at=next_probe)
        .execution_options(synchronize_session=False)
    )
