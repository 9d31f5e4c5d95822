"""The host API for webhook deliveries: the log of attempts, and replays."""

from typing import Annotated
from uuid import UUID

from flask import Blueprint, Response
from pydantic import Field

from service.actions.webhooks.endpoints import replay, replay_dead
from service.clock import utcnow
from service.domain.errors import Code, NotFound
from service.jobs.names import Job
from service.store.comments.listing import Position
from service.store.tables.outbox import DeliveryState
from service.store.tables.sites import Scope
from service.store.webhooks.endpoints import deliveries_of, delivery_of, endpoint_of
from service.web.api.endpoint_response import DeliveriesPage, DeliveryResponse, Replayed, delivery_response
from service.web.auth.api_keys import api_key, require_scope
from service.web.auth.rate_limit import Rate, rate_limited
from service.web.http.field_types import Moment, Strict, whole
from service.web.http.json_body import parse_body, parse_query
from service.web.http.pagination import Cursor, encode, link_next
from service.web.http.responses import json_response
from service.web.openapi.operation import JSON, Answer, operation
from service.web.resources.web_resources import resources

bp = Blueprint("deliveries", __name__, url_prefix="/v1")
TAG = "Webhooks"


class DeliveriesQuery(Strict):
    """Which deliveries to list."""

    state: Annotated[DeliveryState | None, Field(strict=False)] = None
    after: Cursor | None = None
    limit: whole(1, 200) = 50  # type: ignore[valid-type]


class ReplayBody(Strict):
    """From when on dead deliveries are sent again."""

    since: Moment


@bp.get("/endpoints/<uuid:endpoint_id>/deliveries")
@require_scope(Scope.ADMIN)
@rate_limited(Rate.KEY)
@operation(
    TAG,
    "The log of an endpoint",
    detail="Deliveries, newest first, each with its attempts.",
    query=DeliveriesQuery,
    answers={200: Answer("A page of deliveries", {JSON: DeliveriesPage}, sometimes=("Link",))},
    refusals=(Code.NOT_FOUND,),
)
def list_deliveries(endpoint_id: UUID) -> Response:
    query = parse_query(DeliveriesQuery)
    before = query.after.id if query.after else None
    with resources().database.reading() as session:
        if endpoint_of(session, api_key().site_id, endpoint_id) is None:
            raise NotFound("no such endpoint on this site")
        rows = deliveries_of(session, endpoint_id, state=query.state, before=before, limit=query.limit)
    rows, more = rows[: query.limit], len(rows) > query.limit
    cursor = encode(Position(rows[-1].delivery.created_at, rows[-1].delivery.id)) if more else None
    response = json_response(DeliveriesPage(deliveries=tuple(map(delivery_response, rows)), next_cursor=cursor))
    address = f"{resources().settings.url}/v1/endpoints/{endpoint_id}/deliveries"
    return link_next(response, address, cursor) if cursor else response


@bp.post("/endpoints/<uuid:endpoint_id>/replay")
@require_scope(Scope.ADMIN)
@rate_limited(Rate.KEY)
@operation(
    TAG,
    "Send all dead deliveries again",
    detail="Those that were made since a moment, each under its old webhook-id: a host that knows it ignores it.",
    takes={JSON: ReplayBody},
    answers={202: Answer("They are on their way", {JSON: Replayed})},
    refusals=(Code.NOT_FOUND, Code.CONFLICT, Code.TOO_LARGE, Code.WRONG_TYPE),
)
def replay_deliveries(endpoint_id: UUID) -> Response:
    body, _ = parse_body(ReplayBody)
    with resources().database.writing() as session:
        count = replay_dead(session, api_key().site_id, endpoint_id, since=body.since, now=utcnow())
    resources().notifier.notify(Job.DELIVER)
    return json_response(Replayed(replayed=count), 202)


@bp.get("/deliveries/<uuid:delivery_id>")
@require_scope(Scope.ADMIN)
@rate_limited(Rate.KEY)
@operation(
    TAG,
    "What became of a delivery",
    answers={200: Answer("The delivery, with its attempts", {JSON: DeliveryResponse})},
    refusals=(Code.NOT_FOUND,),
)
def get_delivery(delivery_id: UUID) -> Response:
    return json_response(_delivery_response(delivery_id))


@bp.post("/deliveries/<uuid:delivery_id>/replay")
@require_scope(Scope.ADMIN)
@rate_limited(Rate.KEY)
@operation(
    TAG,
    "Send a delivery again",
    detail="From the beginning of its schedule and under its old webhook-id.",
    answers={202: Answer("It is on its way", {JSON: DeliveryResponse})},
    refusals=(Code.NOT_FOUND, Code.CONFLICT),
)
def replay_delivery(delivery_id: UUID) -> Response:
    with resources().database.writing() as session:
        replay(session, api_key().site_id, delivery_id, now=utcnow())
    resources().notifier.notify(Job.DELIVER)
    return json_response(_delivery_response(delivery_id), 202)


def _delivery_response(delivery_id: UUID) -> DeliveryResponse:
    with resources().database.reading() as session:
        row = delivery_of(session, api_key().site_id, delivery_id)
    if row is None:
        raise NotFound("no such delivery on this site")
    return delivery_response(row)
