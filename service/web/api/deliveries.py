"""The host API for deliveries: the log of attempts, and sending again."""

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from flask import Blueprint, Response
from pydantic import Field

from service.actions.webhooks.endpoints import replay, replay_dead
from service.domain.errors import Code, NotFound
from service.jobs.names import Job
from service.store.comments.listing import Place
from service.store.tables.outbox import DeliveryState
from service.store.tables.sites import Scope
from service.store.webhooks.endpoints import deliveries_of, delivery_of, endpoint_of
from service.web.api.endpoint_response import DeliveriesPage, DeliveryShown, Replayed, delivery_shown
from service.web.auth.api_keys import asks, caller
from service.web.auth.rate_limit import Rate, limited
from service.web.http.field_types import Moment, Strict, whole
from service.web.http.json_body import body_of, query_of
from service.web.http.pagination import Cursor, link_next, written
from service.web.http.responses import reply
from service.web.openapi.operation import JSON, Answer, operation
from service.web.resources.web_resources import doors

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
@asks(Scope.ADMIN)
@limited(Rate.KEY)
@operation(
    TAG,
    "The log of an endpoint",
    detail="Deliveries, newest first, each with its attempts.",
    query=DeliveriesQuery,
    answers={200: Answer("A page of deliveries", {JSON: DeliveriesPage}, sometimes=("Link",))},
    refusals=(Code.NOT_FOUND,),
)
def show_many(endpoint_id: UUID) -> Response:
    query = query_of(DeliveriesQuery)
    before = query.after.id if query.after else None
    with doors().database.reading() as session:
        if endpoint_of(session, caller().site_id, endpoint_id) is None:
            raise NotFound("no such endpoint on this site")
        rows = deliveries_of(session, endpoint_id, state=query.state, before=before, limit=query.limit)
    rows, more = rows[: query.limit], len(rows) > query.limit
    cursor = written(Place(rows[-1].delivery.created_at, rows[-1].delivery.id)) if more else None
    response = reply(DeliveriesPage(deliveries=tuple(map(delivery_shown, rows)), next_cursor=cursor))
    address = f"{doors().settings.url}/v1/endpoints/{endpoint_id}/deliveries"
    return link_next(response, address, cursor) if cursor else response


@bp.post("/endpoints/<uuid:endpoint_id>/replay")
@asks(Scope.ADMIN)
@limited(Rate.KEY)
@operation(
    TAG,
    "Send all dead deliveries again",
    detail="Those that were made since a moment, each under its old webhook-id: a host that knows it ignores it.",
    takes={JSON: ReplayBody},
    answers={202: Answer("They are on their way", {JSON: Replayed})},
    refusals=(Code.NOT_FOUND, Code.CONFLICT, Code.TOO_LARGE, Code.WRONG_TYPE),
)
def replay_many(endpoint_id: UUID) -> Response:
    body, _ = body_of(ReplayBody)
    with doors().database.writing() as session:
        count = replay_dead(session, caller().site_id, endpoint_id, since=body.since, now=datetime.now(UTC))
    doors().bell.ring(Job.DELIVER)
    return reply(Replayed(replayed=count), 202)


@bp.get("/deliveries/<uuid:delivery_id>")
@asks(Scope.ADMIN)
@limited(Rate.KEY)
@operation(
    TAG,
    "What became of a delivery",
    answers={200: Answer("The delivery, with its attempts", {JSON: DeliveryShown})},
    refusals=(Code.NOT_FOUND,),
)
def show(delivery_id: UUID) -> Response:
    return reply(_shown(delivery_id))


@bp.post("/deliveries/<uuid:delivery_id>/replay")
@asks(Scope.ADMIN)
@limited(Rate.KEY)
@operation(
    TAG,
    "Send a delivery again",
    detail="From the beginning of its schedule and under its old webhook-id.",
    answers={202: Answer("It is on its way", {JSON: DeliveryShown})},
    refusals=(Code.NOT_FOUND, Code.CONFLICT),
)
def replay_one(delivery_id: UUID) -> Response:
    with doors().database.writing() as session:
        replay(session, caller().site_id, delivery_id, now=datetime.now(UTC))
    doors().bell.ring(Job.DELIVER)
    return reply(_shown(delivery_id), 202)


def _shown(delivery_id: UUID) -> DeliveryShown:
    with doors().database.reading() as session:
        row = delivery_of(session, caller().site_id, delivery_id)
    if row is None:
        raise NotFound("no such delivery on this site")
    return delivery_shown(row)
