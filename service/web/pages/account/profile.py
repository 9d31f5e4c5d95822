"""The account page: password, passkeys, sessions, language, time zone, theme and shortcut keys."""

from typing import Annotated

from flask import jsonify, redirect, request
from pydantic import Field
from werkzeug.wrappers import Response as AnyResponse

from service.actions.accounts.moderators import set_preferences
from service.actions.accounts.sign_in import hold, set_password, sign_out
from service.domain.security.passwords import hash_password, password_fault, verify_password
from service.domain.time_zones import first_zone, is_zone, zones_by_region
from service.store.accounts.moderators import browsers_of
from service.store.accounts.passkeys import count_passkeys, passkeys_of
from service.web.auth.login_throttle import Attempt, throttle
from service.web.auth.sessions import current_moderator_id, current_sign_in, may_replace_password, signed_in
from service.web.http.field_types import NO_NUL, Strict
from service.web.http.i18n import _
from service.web.http.json_body import parse
from service.web.http.time_zone import browser_zone
from service.web.pages.account.session_text import session_name, session_place
from service.web.pages.blueprint import LANGUAGES, bp, local_path, page, redirect_to
from service.web.pages.error_text import sentence
from service.web.pages.highlight import visible_text
from service.web.resources.web_resources import resources

THEMES = ("auto", "light", "dark")


@bp.get("/account")
@signed_in
def account() -> AnyResponse:
    return _render()


@bp.get("/account/first-password")
@signed_in
def first_password() -> AnyResponse:
    """After a sign-in by link, ask for a password or a passkey: the link works once, and the next sign-in would need another."""
    moderator = current_sign_in().moderator
    with resources().database.reading() as session:
        has_way_in = moderator.password or moderator.oidc_account or count_passkeys(session, moderator.id)
    lacks = may_replace_password() or not has_way_in
    return page("first_password.html", fault="") if lacks else redirect_to("pages.queue")


@bp.post("/account/password")
@signed_in
def change_password() -> AnyResponse:
    first = "first" in request.form
    current, new = "" if may_replace_password() else current_sign_in().moderator.password, request.form.get("new", "")
    # Ask for the old password, so that nobody can take over the account in an unattended browser.
    if current:
        throttle(Attempt.OWN_PASSWORD, current_sign_in().moderator.email)
    if current and not verify_password(current, request.form.get("old", "")[:1000]):
        return _render(422, fault=_("The current password is wrong."))
    if fault := password_fault(new):
        return _password_refused(sentence(fault), first=first)
    if new != request.form.get("again", ""):
        return _password_refused(_("The two new passwords are not the same."), first=first)
    fresh = hash_password(new)
    with resources().database.writing() as session:
        hold(session, current_sign_in())
        set_password(session, current_moderator_id(), fresh, but=current_sign_in().session.digest)
    return redirect_to("pages.queue") if first else redirect_to("pages.account", done="password")


@bp.post("/account/browsers")
@signed_in
def end_browser() -> AnyResponse:
    """End one session, named by the first half of its digest, which is not a secret."""
    prefix = request.form.get("browser", "")
    with resources().database.writing() as session:
        for browser in browsers_of(session, current_moderator_id()):
            if browser.digest[:32] == prefix:
                sign_out(session, current_moderator_id(), browser.digest)
    return redirect_to("pages.account", done="browser")


@bp.post("/account/preferences")
@signed_in
def change_preferences() -> AnyResponse:
    form = request.form
    zone = form.get("time_zone", "")
    if zone and not is_zone(zone):
        return _render(
            422, fault=_("Choose a time zone from the list: there is no zone named “%(zone)s”.", zone=visible_text(zone[:60]))
        )
    chosen: dict[str, object] = {
        "theme": form.get("theme") if form.get("theme") in THEMES else "auto",
        "language": form.get("language") if form.get("language") in LANGUAGES else "",
        "time_zone": zone,
        "keys_off": form.get("keys") != "on",
        "mask": form.get("mask") == "on",
    }
    with resources().database.writing() as session:
        set_preferences(session, current_moderator_id(), **chosen)
    return redirect_to("pages.account", done="preferences")


class KeysBody(Strict):
    """The shortcut keys that differ from the default keys, by their action."""

    keys: dict[
        Annotated[str, Field(pattern=r"^[a-z_]{1,20}$")], Annotated[str, Field(min_length=1, max_length=1, pattern=NO_NUL)]
    ] = Field(max_length=30)
    off: bool = False


@bp.post("/account/density")
@signed_in
def change_density() -> AnyResponse:
    """Cards or a compact list; back to the queue's view."""
    with resources().database.writing() as session:
        set_preferences(session, current_moderator_id(), compact=request.form.get("compact") == "on")
    return redirect(local_path(request.form.get("next", "")), 303)


@bp.post("/account/keys")
@signed_in
def change_keys() -> AnyResponse:
    body = parse(KeysBody, request.get_data())
    with resources().database.writing() as session:
        set_preferences(session, current_moderator_id(), keys=dict(body.keys), keys_off=body.off)
    return jsonify(keys=body.keys, off=body.off)


def _password_refused(fault: str, *, first: bool) -> AnyResponse:
    return page("first_password.html", 422, fault=fault) if first else _render(422, fault=fault)


def _render(status: int = 200, *, fault: str = "") -> AnyResponse:
    with resources().database.reading() as session:
        browsers, passkeys = browsers_of(session, current_moderator_id()), passkeys_of(session, current_moderator_id())
    return page(
        "account.html", status, browsers=browsers, passkeys=passkeys, fault=fault, done=request.args.get("done", ""), themes=THEMES,
        zones=zones_by_region(), session_name=session_name, session_place=session_place, browser_zone=first_zone(browser_zone()),
        asks_password=current_sign_in().moderator.password and not may_replace_password(),
    )  # fmt: skip
