"""Response models for webhook endpoints, deliveries and attempts."""

from datetime import datetime
from typing import Any
from uuid import UUID

from service.store.tables.outbox import DeliveryState, EndpointKind, EventType
from service.store.webhooks.deliveries import BREAKER
from service.store.webhooks.endpoints import EndpointHealth, LoggedDelivery
from service.web.http.responses import ResponseModel


class EndpointResponse(ResponseModel):
    """An endpoint. A `failing` one is only probed once a minute; `paused_until` is when it is called again.

    `slow_milliseconds` is how long its last answer took if that was over a second, else zero.
    """

    id: UUID
    kind: EndpointKind
    url: str
    events: tuple[str, ...]
    enabled: bool
    failing: bool
    failures_in_a_row: int
    slow_milliseconds: int
    paused_until: datetime | None
    waiting: int
    dead: int
    old_secret_until: datetime | None
    created_at: datetime


class NewEndpointResponse(EndpointResponse):
    """An endpoint with its new secret, which is shown this once."""

    secret: str


class EndpointsResponse(ResponseModel):
    """Every endpoint of the site."""

    endpoints: tuple[EndpointResponse, ...]


class AttemptResponse(ResponseModel):
    """One try: the status that came back, or why none did, and the first 1,000 characters of the answer."""

    at: datetime
    status: int | None
    error: str
    response: str
    milliseconds: int


class DeliveryResponse(ResponseModel):
    """One event on its way to one endpoint. `webhook_id` is what the host sees; a test belongs to no comment."""

    id: UUID
    endpoint: UUID
    webhook_id: UUID
    type: str
    comment: UUID | None
    sequence: int
    state: DeliveryState
    tries: int
    due_at: datetime | None
    done_at: datetime | None
    created_at: datetime
    attempts: tuple[AttemptResponse, ...]


class DeliveriesPage(ResponseModel):
    """A page of deliveries, newest first. `next_cursor` is the `after` of the next one; null at the end."""

    deliveries: tuple[DeliveryResponse, ...]
    next_cursor: str | None


class Replayed(ResponseModel):
    """How many dead deliveries are on their way again."""

    replayed: int


def endpoint_response(standing: EndpointHealth, *, now: datetime) -> EndpointResponse:
    return EndpointResponse(**_facts(standing, now))


def new_endpoint_response(standing: EndpointHealth, secret: str, *, now: datetime) -> NewEndpointResponse:
    return NewEndpointResponse(**_facts(standing, now), secret=secret)


def delivery_response(row: LoggedDelivery) -> DeliveryResponse:
    delivery, event = row.delivery, row.event
    return DeliveryResponse(
        id=delivery.id,
        endpoint=delivery.endpoint_id,
        webhook_id=event.id if event else delivery.id,
        type=event.type if event else EventType.TEST,
        comment=delivery.comment_id if event else None,
        sequence=delivery.seq,
        state=DeliveryState(delivery.state),
        tries=delivery.tries,
        due_at=delivery.due_at if delivery.state == DeliveryState.DUE else None,
        done_at=delivery.done_at,
        created_at=delivery.created_at,
        attempts=tuple(
            AttemptResponse(at=a.at, status=a.status, error=a.error, response=a.response, milliseconds=a.milliseconds)
            for a in row.attempts
        ),
    )


def _facts(standing: EndpointHealth, now: datetime) -> dict[str, Any]:
    endpoint = standing.endpoint
    return {
        "id": endpoint.id,
        "kind": EndpointKind(endpoint.kind),
        "url": endpoint.url,
        "events": tuple(endpoint.events),
        "enabled": endpoint.enabled,
        "failing": endpoint.failures >= BREAKER,
        "failures_in_a_row": endpoint.failures,
        "slow_milliseconds": endpoint.slow_milliseconds,
        "paused_until": _still(endpoint.probe_at, now),
        "waiting": standing.waiting,
        "dead": standing.dead,
        "old_secret_until": _still(endpoint.old_secret_until, now),
        "created_at": endpoint.created_at,
    }


def _still(moment: datetime | None, now: datetime) -> datetime | None:
    return moment if moment and moment > now else None
