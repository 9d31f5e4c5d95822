"""The API keys page: lists the site's keys with their last use, creates and revokes keys."""

from uuid import UUID

from flask import request
from werkzeug.wrappers import Response as AnyResponse

from service.actions.sites.sites_and_keys import add_akismet_key, add_key, revoke_key
from service.clock import utcnow
from service.domain.errors import Invalid
from service.store.sites.sites import keys_of
from service.store.tables.accounts import Role
from service.store.tables.sites import ApiKey, HeldIs, Scope
from service.web.auth.sessions import site_id, with_role
from service.web.pages.blueprint import bp, page, redirect_to
from service.web.resources.web_resources import resources


@bp.get("/settings/keys")
@with_role(Role.ADMIN)
def keys() -> AnyResponse:
    return _render()


@bp.post("/settings/keys")
@with_role(Role.ADMIN)
def create_key() -> AnyResponse:
    """Create a key and show it in the response, this once. Raises Invalid without a scope."""
    scopes = [Scope(value) for value in request.form.getlist("scope") if value in list(Scope)]
    if not scopes:
        raise Invalid.field("/scope", "missing", "expected at least one thing that the key may do")
    label = request.form.get("label", "").replace("\0", "")[:200].strip()
    with resources().database.writing() as session:
        _, token = add_key(session, site_id(), scopes=scopes, label=label, now=utcnow())
    return _render(201, fresh=token)


@bp.post("/settings/keys/akismet")
@with_role(Role.ADMIN)
def create_akismet_key() -> AnyResponse:
    """Create a key for a client of Akismet's protocol and show it in the response, this once."""
    held_is = request.form.get("held_is", "")
    if held_is not in list(HeldIs):
        raise Invalid.field("/held_is", "unknown", f"expected one of {', '.join(HeldIs)}")
    label = request.form.get("label", "").replace("\0", "")[:200].strip()
    with resources().database.writing() as session:
        _, token = add_akismet_key(
            session, site_id(), pseudonyms=resources().pseudonyms, held_is=HeldIs(held_is), label=label, now=utcnow()
        )
    return _render(201, fresh=token, akismet=True)


@bp.post("/settings/keys/<uuid:key_id>/revoke")
@with_role(Role.ADMIN)
def revoke_api_key(key_id: UUID) -> AnyResponse:
    with resources().database.writing() as session:
        revoke_key(session, site_id(), key_id, now=utcnow())
    return redirect_to("pages.keys", site=site_id())


def _render(status: int = 200, *, fresh: str = "", akismet: bool = False) -> AnyResponse:
    with resources().database.reading() as session:
        rows: list[ApiKey] = keys_of(session, site_id())
    return page(
        "api_keys.html", status, keys=rows, scopes=list(Scope), answers=list(HeldIs), fresh=fresh, akismet=akismet, url=resources().settings.url
    )  # fmt: skip
