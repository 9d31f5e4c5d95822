"""Endpoints and their delivery log, for the host: waiting and dead deliveries, and the result of each attempt."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from service.store.tables.outbox import Attempt, Delivery, DeliveryState, Endpoint, Event

#: Only the newest attempts of a delivery are shown, at most this many. A replayed delivery can have many attempts.
MOST_ATTEMPTS = 50


@dataclass(frozen=True, slots=True)
class EndpointHealth:
    """An endpoint, with its number of waiting deliveries and of dead ones."""

    endpoint: Endpoint
    waiting: int
    dead: int


@dataclass(frozen=True, slots=True)
class LoggedDelivery:
    """A delivery with its event (None for a test) and its newest attempts, oldest first."""

    delivery: Delivery
    event: Event | None
    attempts: Sequence[Attempt]


def endpoints_of(session: Session, site_id: str) -> list[EndpointHealth]:
    """Every endpoint of a site, oldest first."""
    endpoints = session.scalars(select(Endpoint).where(Endpoint.site_id == site_id).order_by(Endpoint.id)).all()
    return _standings(session, endpoints)


def endpoint_of(session: Session, site_id: str, endpoint_id: UUID) -> EndpointHealth | None:
    endpoints = session.scalars(select(Endpoint).where(Endpoint.id == endpoint_id, Endpoint.site_id == site_id)).all()
    return next(iter(_standings(session, endpoints)), None)


def deliveries_of(
    session: Session, endpoint_id: UUID, *, state: DeliveryState | None, before: UUID | None, limit: int
) -> list[LoggedDelivery]:
    """One page of an endpoint's deliveries, newest first. If there is another page, one delivery of it is added."""
    query = _logged().where(Delivery.endpoint_id == endpoint_id).order_by(Delivery.id.desc()).limit(limit + 1)
    if state is not None:
        query = query.where(Delivery.state == state)
    if before is not None:
        query = query.where(Delivery.id < before)
    return _with_attempts(session, query)


def delivery_of(session: Session, site_id: str, delivery_id: UUID) -> LoggedDelivery | None:
    query = _logged().join(Endpoint, Endpoint.id == Delivery.endpoint_id)
    deliveries = _with_attempts(session, query.where(Delivery.id == delivery_id, Endpoint.site_id == site_id))
    return next(iter(deliveries), None)


def _standings(session: Session, endpoints: Sequence[Endpoint]) -> list[EndpointHealth]:
    counts: defaultdict[UUID, dict[str, int]] = defaultdict(dict)
    rows = session.execute(
        select(Delivery.endpoint_id, Delivery.state, func.count())
        .where(Delivery.endpoint_id.in_([e.id for e in endpoints]), Delivery.state.in_([DeliveryState.DUE, DeliveryState.DEAD]))
        .group_by(Delivery.endpoint_id, Delivery.state)
    )
    for endpoint_id, state, count in rows:
        counts[endpoint_id][state] = count
    return [EndpointHealth(e, counts[e.id].get(DeliveryState.DUE, 0), counts[e.id].get(DeliveryState.DEAD, 0)) for e in endpoints]


def _logged() -> Select[Delivery, Event]:
    return select(Delivery, Event).outerjoin(Event, (Event.id == Delivery.event_id) & (Event.site_id == Delivery.site_id))


def _with_attempts(session: Session, query: Select[Delivery, Event]) -> list[LoggedDelivery]:
    rows = session.execute(query).all()
    attempts: defaultdict[UUID, list[Attempt]] = defaultdict(list)
    of_these = Attempt.delivery_id.in_([delivery.id for delivery, _ in rows])
    for attempt in session.scalars(select(Attempt).where(of_these).order_by(Attempt.at, Attempt.id)):
        attempts[attempt.delivery_id].append(attempt)
    return [LoggedDelivery(delivery, event, attempts[delivery.id][-MOST_ATTEMPTS:]) for delivery, event in rows]
