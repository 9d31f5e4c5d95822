"""The webhook endpoints page: URLs and events, the log of attempts, tests, replays and secret rotation."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import request
from werkzeug.wrappers import Response as AnyResponse

from service.actions.webhooks import endpoints
from service.actions.webhooks.chats import CHAT_EVENTS, DEFAULT_EVENTS
from service.clock import utcnow
from service.domain.errors import Invalid, NotFound
from service.domain.webhooks.chat_body import DEFAULT_TEMPLATE
from service.domain.webhooks.endpoint_kinds import CHATS
from service.jobs.names import Job
from service.store.tables.accounts import Role
from service.store.tables.outbox import DeliveryState, EventType
from service.store.webhooks.deliveries import BREAKER
from service.store.webhooks.endpoints import deliveries_of, endpoint_of, endpoints_of
from service.web.auth.sessions import site_id, with_role
from service.web.pages.blueprint import bp, page, redirect_to
from service.web.pages.error_text import error_text
from service.web.pages.queue.query_params import uuid
from service.web.pages.settings.chat_names import chat_event_names, chat_names
from service.web.resources.web_resources import resources

ROWS = 50


@bp.get("/settings/endpoints")
@with_role(Role.ADMIN)
def webhooks() -> AnyResponse:
    return render_all()


@bp.post("/settings/endpoints")
@with_role(Role.ADMIN)
def add_webhook() -> AnyResponse:
    url = request.form.get("url", "").replace("\0", "").strip()
    settings = resources().settings
    try:
        with resources().database.writing() as session:
            endpoint, secret = endpoints.add_endpoint(
                session,
                site_id(),
                url=url,
                events=_events(),
                secret_box=resources().secret_box,
                now=utcnow(),
                allow=settings.webhook_allow,
            )
    except Invalid as error:
        return render_all(422, fault=error_text(error), url=url)
    return render_endpoint(endpoint.id, 201, secret=secret)


@bp.get("/settings/endpoints/<uuid:endpoint_id>")
@with_role(Role.ADMIN)
def webhook(endpoint_id: UUID) -> AnyResponse:
    return render_endpoint(endpoint_id)


@bp.post("/settings/endpoints/<uuid:endpoint_id>")
@with_role(Role.ADMIN)
def change_webhook(endpoint_id: UUID) -> AnyResponse:
    """Apply one button: change, enable, disable, rotate, test, replay or remove."""
    act = request.form.get("act", "")
    if act == "rotate":
        with resources().database.writing() as session:
            _, secret = endpoints.rotate(session, site_id(), endpoint_id, secret_box=resources().secret_box, now=utcnow())
        return render_endpoint(endpoint_id, secret=secret)
    if act == "remove":
        with resources().database.writing() as session:
            endpoints.remove_endpoint(session, site_id(), endpoint_id)
        return redirect_to("pages.webhooks", site=site_id())
    try:
        _carry_out(act, endpoint_id)
    except Invalid as error:
        return render_endpoint(endpoint_id, 422, fault=error_text(error))
    resources().notifier.notify(Job.DELIVER)
    return redirect_to("pages.webhook", endpoint_id=endpoint_id, site=site_id(), done=act)


@bp.post("/settings/deliveries/<uuid:delivery_id>")
@with_role(Role.ADMIN)
def replay_delivery(delivery_id: UUID) -> AnyResponse:
    with resources().database.writing() as session:
        delivery = endpoints.replay(session, site_id(), delivery_id, now=utcnow())
        endpoint_id = delivery.endpoint_id
    resources().notifier.notify(Job.DELIVER)
    return redirect_to("pages.webhook", endpoint_id=endpoint_id, site=site_id(), done="replay")


def _carry_out(act: str, endpoint_id: UUID) -> None:
    with resources().database.writing() as session:
        match act:
            case "change":
                url = request.form.get("url", "").replace("\0", "").strip()
                endpoints.change_endpoint(
                    session,
                    site_id(),
                    endpoint_id,
                    now=utcnow(),
                    url=url,
                    events=_events(),
                    allow=resources().settings.webhook_allow,
                )
            case "enable" | "disable":
                endpoints.change_endpoint(session, site_id(), endpoint_id, now=utcnow(), enabled=act == "enable")
            case "test":
                endpoints.send_test(session, site_id(), endpoint_id, now=utcnow())
            case "replay":
                endpoints.replay_dead(session, site_id(), endpoint_id, since=utcnow() - timedelta(days=30), now=utcnow())
            case _:
                raise Invalid.field("/act", "unknown", "expected change, enable, disable, rotate, test, replay or remove")


def _events() -> list[EventType]:
    events = [EventType(value) for value in request.form.getlist("event") if value in list(endpoints.EVENTS)]
    if not events:
        raise Invalid.field("/event", "missing", "expected at least one event to be told of")
    return events


def render_all(status: int = 200, *, fault: str = "", url: str = "", chat_fault: str = "") -> AnyResponse:
    with resources().database.reading() as session:
        standings = endpoints_of(session, site_id())
    return page(
        "webhook_endpoints.html", status, standings=standings, events=endpoints.EVENTS, fault=fault, url=url, breaker=BREAKER,
        chat_fault=chat_fault, chosen_chat_events=DEFAULT_EVENTS, **_chat_values(),
    )  # fmt: skip


def render_endpoint(endpoint_id: UUID, status: int = 200, *, fault: str = "", secret: str = "") -> AnyResponse:
    before = uuid(request.args.get("before", ""))
    state_name = request.args.get("state", "")
    state = DeliveryState(state_name) if state_name in list(DeliveryState) else None
    with resources().database.reading() as session:
        standing = endpoint_of(session, site_id(), endpoint_id)
        if standing is None:
            raise NotFound("no such endpoint on this site")
        rows = deliveries_of(session, endpoint_id, state=state, before=before, limit=ROWS)
    return page(
        "webhook_endpoint.html",
        status,
        standing=standing,
        rows=rows[:ROWS],
        before=rows[ROWS - 1].delivery.id if len(rows) > ROWS else "",
        state=state,
        states=list(DeliveryState),
        events=endpoints.EVENTS,
        secret=secret,
        fault=fault,
        done=request.args.get("done", ""),
        breaker=BREAKER,
        is_chat=standing.endpoint.kind in CHATS,
        **_chat_values(),
    )


def _chat_values() -> dict[str, Any]:
    return {
        "chats": chat_names(), "chat_events": CHAT_EVENTS, "chat_event_names": chat_event_names(), "default_template": DEFAULT_TEMPLATE,
    }  # fmt: skip
