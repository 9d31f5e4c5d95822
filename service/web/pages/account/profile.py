"""My account: my password, my browsers, my language and looks."""

from typing import Annotated

from flask import jsonify, request
from pydantic import Field
from werkzeug.wrappers import Response as AnyResponse

from service.actions.accounts.moderators import set_preferences
from service.actions.accounts.sign_in import hold, set_password, sign_out
from service.domain.security.passwords import hash_password, password_fault, verify_password
from service.store.accounts.moderators import browsers_of
from service.web.auth.login_throttle import throttle
from service.web.auth.sessions import current_moderator_id, current_sign_in, signed_in
from service.web.http.field_types import NO_NUL, Strict
from service.web.http.i18n import _
from service.web.http.json_body import parse
from service.web.pages.blueprint import LANGUAGES, bp, page, redirect_to
from service.web.resources.web_resources import resources

THEMES = ("auto", "light", "dark")


@bp.get("/account")
@signed_in
def account() -> AnyResponse:
    return _shown()


@bp.post("/account/password")
@signed_in
def change_password() -> AnyResponse:
    kept, new = current_sign_in().moderator.password, request.form.get("new", "")
    # Whoever has the browser for a moment must not get to keep the account.
    if kept:
        throttle(current_sign_in().moderator.email)
    if kept and not verify_password(kept, request.form.get("old", "")[:1000]):
        return _shown(422, fault=_("That is not your present password."))
    if fault := password_fault(new):
        return _shown(422, fault=fault)
    if new != request.form.get("again", ""):
        return _shown(422, fault=_("The two new passwords differ."))
    fresh = hash_password(new)
    with resources().database.writing() as session:
        hold(session, current_sign_in())
        set_password(session, current_moderator_id(), fresh, but=current_sign_in().session.digest)
    return redirect_to("pages.account", done="password")


@bp.post("/account/browsers")
@signed_in
def end_browser() -> AnyResponse:
    """End one session, named by the first half of its digest, which is worth nothing to anybody."""
    asked = request.form.get("browser", "")
    with resources().database.writing() as session:
        for browser in browsers_of(session, current_moderator_id()):
            if browser.digest[:32] == asked:
                sign_out(session, current_moderator_id(), browser.digest)
    return redirect_to("pages.account", done="browser")


@bp.post("/account/preferences")
@signed_in
def change_preferences() -> AnyResponse:
    form = request.form
    chosen: dict[str, object] = {
        "theme": form.get("theme") if form.get("theme") in THEMES else "auto",
        "language": form.get("language") if form.get("language") in LANGUAGES else "",
        "keys_off": form.get("keys") != "on",
        "mask": form.get("mask") == "on",
    }
    with resources().database.writing() as session:
        set_preferences(session, current_moderator_id(), **chosen)
    return redirect_to("pages.account", done="preferences")


class KeysBody(Strict):
    """The keys that differ from the usual ones, by what they do."""

    keys: dict[
        Annotated[str, Field(pattern=r"^[a-z_]{1,20}$")], Annotated[str, Field(min_length=1, max_length=1, pattern=NO_NUL)]
    ] = Field(max_length=30)
    off: bool = False


@bp.post("/account/keys")
@signed_in
def change_keys() -> AnyResponse:
    body = parse(KeysBody, request.get_data())
    with resources().database.writing() as session:
        set_preferences(session, current_moderator_id(), keys=dict(body.keys), keys_off=body.off)
    return jsonify(keys=body.keys, off=body.off)


def _shown(status: int = 200, *, fault: str = "") -> AnyResponse:
    with resources().database.reading() as session:
        browsers = browsers_of(session, current_moderator_id())
    return page("account.html", status, browsers=browsers, fault=fault, done=request.args.get("done", ""), themes=THEMES)
