"""The host API for webhook endpoints: their URLs, events, secrets, and a test delivery."""

import time
from typing import Annotated, Any
from uuid import UUID

from flask import Blueprint, Response
from pydantic import AfterValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from service.actions.webhooks.endpoints import EVENTS, add_endpoint, change_endpoint, remove_endpoint, rotate, send_test
from service.clock import utcnow
from service.domain.errors import Code, NotFound
from service.jobs.names import Job
from service.store.tables.outbox import DeliveryState, EventType
from service.store.tables.sites import Scope
from service.store.webhooks.endpoints import EndpointHealth, LoggedDelivery, delivery_of, endpoint_of, endpoints_of
from service.web.api.endpoint_response import (
    DeliveryResponse,
    EndpointResponse,
    EndpointsResponse,
    NewEndpointResponse,
    delivery_response,
    endpoint_response,
    new_endpoint_response,
)
from service.web.auth.api_keys import api_key, require_scope
from service.web.auth.rate_limit import Rate, rate_limited
from service.web.http.field_types import Address, Strict
from service.web.http.json_body import parse_body
from service.web.http.responses import json_response
from service.web.openapi.operation import JSON, Answer, operation
from service.web.resources.web_resources import resources

bp = Blueprint("endpoints", __name__, url_prefix="/v1")
TAG = "Webhooks"
#: Seconds between two polls for the result of a test. PATIENCE: seconds to wait for it beyond the timeout of a delivery.
LOOK_EVERY = 0.05
PATIENCE = 2.0


def _known_event_type(event: EventType) -> EventType:
    if event not in EVENTS:
        expected: Any = f"expected one of {', '.join(EVENTS)}"
        raise PydanticCustomError("event", expected)
    return event


WantedEvent = Annotated[
    EventType,
    Field(strict=False),
    AfterValidator(_known_event_type),
    WithJsonSchema({"type": "string", "enum": [event.value for event in EVENTS]}),
]
WantedEvents = Annotated[list[WantedEvent], Field(min_length=1, max_length=len(EVENTS))]
# The schema in the API document allows only these URLs. The API also accepts host names in other scripts and IPv6 addresses in
# brackets.
_PLAIN_ADDRESS = (
    r"^https?://[a-z0-9]{1,40}(\.[a-z0-9]{1,40}){0,3}\.[a-z]{2,40}(:([1-9][0-9]{0,3}|[1-5][0-9]{4}))?([/?#][!-\[\]-~]*)?$"
)
EndpointAddress = Annotated[Address, Field(min_length=1, json_schema_extra={"pattern": _PLAIN_ADDRESS, "minLength": 1})]


class EndpointBody(Strict):
    """A new endpoint. Without `events` it is told of everything."""

    url: EndpointAddress
    events: WantedEvents = Field(default_factory=lambda: list(EVENTS))


class EndpointChange(Strict):
    """What to change of an endpoint. Another address, or enabling it again, clears its failures."""

    url: EndpointAddress | None = None
    events: WantedEvents | None = None
    enabled: bool | None = None


@bp.post("/endpoints")
@require_scope(Scope.ADMIN)
@rate_limited(Rate.KEY)
@operation(
    TAG,
    "Add an endpoint",
    detail="Its secret (`whsec_…`, Standard Webhooks) is shown in this answer and never again. "
    "Private addresses are refused unless the operator opened their network.",
    takes={JSON: EndpointBody},
    answers={201: Answer("The endpoint, with its secret", {JSON: NewEndpointResponse}, ("Location",))},
    refusals=(Code.CONFLICT, Code.TOO_LARGE, Code.WRONG_TYPE),
)
def create_endpoint() -> Response:
    body, _ = parse_body(EndpointBody)
    allow = resources().settings.webhook_allow
    with resources().database.writing() as session:
        endpoint, secret = add_endpoint(
            session,
            api_key().site_id,
            url=body.url,
            events=body.events,
            secret_box=resources().secret_box,
            now=utcnow(),
            allow=allow,
        )
    response = json_response(new_endpoint_response(EndpointHealth(endpoint, 0, 0), secret, now=utcnow()), 201)
    response.headers["Location"] = f"/v1/endpoints/{endpoint.id}"
    return response


@bp.get("/endpoints")
@require_scope(Scope.ADMIN)
@rate_limited(Rate.KEY)
@operation(TAG, "List the endpoints", answers={200: Answer("All endpoints of the site", {JSON: EndpointsResponse})})
def list_endpoints() -> Response:
    with resources().database.reading() as session:
        standings = endpoints_of(session, api_key().site_id)
    return json_response(EndpointsResponse(endpoints=tuple(endpoint_response(standing, now=utcnow()) for standing in standings)))


@bp.get("/endpoints/<uuid:endpoint_id>")
@require_scope(Scope.ADMIN)
@rate_limited(Rate.KEY)
@operation(
    TAG,
    "How an endpoint is doing",
    answers={200: Answer("The endpoint", {JSON: EndpointResponse})},
    refusals=(Code.NOT_FOUND,),
)
def get_endpoint(endpoint_id: UUID) -> Response:
    return json_response(endpoint_response(_health(endpoint_id), now=utcnow()))


@bp.patch("/endpoints/<uuid:endpoint_id>")
@require_scope(Scope.ADMIN)
@rate_limited(Rate.KEY)
@operation(
    TAG,
    "Change an endpoint",
    detail="Disabling it gives up what waits for it; those deliveries are dead and can be replayed once it is enabled again.",
    takes={JSON: EndpointChange},
    answers={200: Answer("The endpoint as it is now", {JSON: EndpointResponse})},
    refusals=(Code.NOT_FOUND, Code.TOO_LARGE, Code.WRONG_TYPE),
)
def update_endpoint(endpoint_id: UUID) -> Response:
    body, _ = parse_body(EndpointChange)
    with resources().database.writing() as session:
        change_endpoint(
            session,
            api_key().site_id,
            endpoint_id,
            now=utcnow(),
            url=body.url,
            events=body.events,
            enabled=body.enabled,
            allow=resources().settings.webhook_allow,
        )
    resources().notifier.notify(Job.DELIVER)
    return json_response(endpoint_response(_health(endpoint_id), now=utcnow()))


@bp.delete("/endpoints/<uuid:endpoint_id>")
@require_scope(Scope.ADMIN)
@rate_limited(Rate.KEY)
@operation(
    TAG,
    "Remove an endpoint",
    detail="With its deliveries and their attempts. To keep those, disable it.",
    answers={204: Answer("It is removed")},
    refusals=(Code.NOT_FOUND,),
)
def delete_endpoint(endpoint_id: UUID) -> Response:
    with resources().database.writing() as session:
        remove_endpoint(session, api_key().site_id, endpoint_id)
    return Response(status=204)


@bp.post("/endpoints/<uuid:endpoint_id>/rotate")
@require_scope(Scope.ADMIN)
@rate_limited(Rate.KEY)
@operation(
    TAG,
    "Rotate the secret",
    detail="For 24 hours each webhook carries two signatures, one of the old secret and one of the new.",
    answers={200: Answer("The endpoint, with its new secret", {JSON: NewEndpointResponse})},
    refusals=(Code.NOT_FOUND,),
)
def rotate_secret(endpoint_id: UUID) -> Response:
    with resources().database.writing() as session:
        _, secret = rotate(session, api_key().site_id, endpoint_id, secret_box=resources().secret_box, now=utcnow())
    return json_response(new_endpoint_response(_health(endpoint_id), secret, now=utcnow()))


@bp.post("/endpoints/<uuid:endpoint_id>/test")
@require_scope(Scope.ADMIN)
@rate_limited(Rate.KEY)
@operation(
    TAG,
    "Send a test",
    detail="A `greenroom.test` goes out at once, the way of every webhook, and once only. One that arrives ends an endpoint's failing.",
    answers={
        200: Answer("What came of it", {JSON: DeliveryResponse}),
        202: Answer("No courier has sent it yet; its delivery shows what comes of it", {JSON: DeliveryResponse}),
    },
    refusals=(Code.NOT_FOUND,),
)
def test_endpoint(endpoint_id: UUID) -> Response:
    with resources().database.writing() as session:
        delivery_id = send_test(session, api_key().site_id, endpoint_id, now=utcnow())
    resources().notifier.notify(Job.DELIVER)
    row = _tried(delivery_id, seconds=resources().settings.webhook_timeout + PATIENCE)
    return json_response(delivery_response(row), 202 if row.delivery.state == DeliveryState.DUE else 200)


def _tried(delivery_id: UUID, *, seconds: float) -> LoggedDelivery:
    """Wait until the test delivery was attempted, at most `seconds`. Returns the delivery either way. Raises NotFound."""
    until = time.monotonic() + seconds
    while True:
        with resources().database.reading() as session:
            row = delivery_of(session, api_key().site_id, delivery_id)
        if row is None:
            raise NotFound("this endpoint was removed meanwhile")
        if row.delivery.state != DeliveryState.DUE or time.monotonic() > until:
            return row
        time.sleep(LOOK_EVERY)


def _health(endpoint_id: UUID) -> EndpointHealth:
    with resources().database.reading() as session:
        standing = endpoint_of(session, api_key().site_id, endpoint_id)
    if standing is None:
        raise NotFound("no such endpoint on this site")
    return standing
