"""Chats on the endpoints page: Slack, Discord and others, what each is told, and a template of one's own."""

from uuid import UUID

from flask import request
from werkzeug.wrappers import Response as AnyResponse

from service.actions.webhooks.chats import CHAT_EVENTS, ChatSettings, add_chat, change_chat
from service.clock import utcnow
from service.domain.errors import Invalid
from service.domain.waiting_minutes import parse_minutes
from service.domain.webhooks.endpoint_kinds import CHATS
from service.store.tables.accounts import Role
from service.store.tables.outbox import EndpointKind, EventType
from service.web.auth.sessions import site_id, with_role
from service.web.pages.blueprint import bp, redirect_to
from service.web.pages.error_text import error_text
from service.web.pages.settings.webhook_endpoints import render_all, render_endpoint
from service.web.resources.web_resources import resources


@bp.post("/settings/chats")
@with_role(Role.ADMIN)
def add_chat_endpoint() -> AnyResponse:
    try:
        kind = _kind()
        with resources().database.writing() as session:
            chat = add_chat(
                session, site_id(), kind, _settings(), secret_box=resources().secret_box, now=utcnow(),
                allow=resources().settings.webhook_allow,
            )  # fmt: skip
    except Invalid as error:
        return render_all(422, chat_fault=error_text(error))
    return redirect_to("pages.webhook", endpoint_id=chat.id, site=site_id(), done="add")


@bp.post("/settings/chats/<uuid:endpoint_id>")
@with_role(Role.ADMIN)
def change_chat_endpoint(endpoint_id: UUID) -> AnyResponse:
    try:
        with resources().database.writing() as session:
            change_chat(
                session, site_id(), endpoint_id, _settings(), secret_box=resources().secret_box, now=utcnow(),
                allow=resources().settings.webhook_allow,
            )  # fmt: skip
    except Invalid as error:
        return render_endpoint(endpoint_id, 422, fault=error_text(error))
    return redirect_to("pages.webhook", endpoint_id=endpoint_id, site=site_id(), done="change")


def _kind() -> EndpointKind:
    name = request.form.get("kind", "")
    if name not in CHATS:
        raise Invalid.field("/kind", "unknown", f"expected one of {', '.join(sorted(CHATS))}, not {name[:20]}")
    return EndpointKind(name)


def _settings() -> ChatSettings:
    """What the form asks for. Raises Invalid."""
    form = request.form
    return ChatSettings(
        url=form.get("url", "").strip(),
        events=[EventType(value) for value in form.getlist("event") if value in CHAT_EVENTS],
        template=form.get("template", "").strip(),
        shows_words="words" in form,
        old_after=parse_minutes(form.get("old_after", "")),
    )
