"""My account: my password, my browsers, my language and looks."""

from typing import Annotated

from flask import jsonify, request
from pydantic import Field
from werkzeug.wrappers import Response as AnyResponse

from service.actions.accounts.moderators import prefer
from service.actions.accounts.sign_in import hold, set_password, sign_out
from service.domain.security.passwords import fault_of, hashed, matches
from service.store.accounts.moderators import browsers_of
from service.web.auth.login_throttle import throttle
from service.web.auth.sessions import me, my_id, somebody
from service.web.http.field_types import NO_NUL, Strict
from service.web.http.i18n import _
from service.web.http.json_body import parsed
from service.web.pages.blueprint import LANGUAGES, back_to, bp, page
from service.web.resources.web_resources import doors

THEMES = ("auto", "light", "dark")


@bp.get("/account")
@somebody
def account() -> AnyResponse:
    return _shown()


@bp.post("/account/password")
@somebody
def change_password() -> AnyResponse:
    kept, new = me().moderator.password, request.form.get("new", "")
    # Whoever has the browser for a moment must not get to keep the account.
    if kept:
        throttle(me().moderator.email)
    if kept and not matches(kept, request.form.get("old", "")[:1000]):
        return _shown(422, fault=_("That is not your present password."))
    if fault := fault_of(new):
        return _shown(422, fault=fault)
    if new != request.form.get("again", ""):
        return _shown(422, fault=_("The two new passwords differ."))
    fresh = hashed(new)
    with doors().database.writing() as session:
        hold(session, me())
        set_password(session, my_id(), fresh, but=me().session.digest)
    return back_to("pages.account", done="password")


@bp.post("/account/browsers")
@somebody
def end_browser() -> AnyResponse:
    """End one session, named by the first half of its digest, which is worth nothing to anybody."""
    asked = request.form.get("browser", "")
    with doors().database.writing() as session:
        for browser in browsers_of(session, my_id()):
            if browser.digest[:32] == asked:
                sign_out(session, my_id(), browser.digest)
    return back_to("pages.account", done="browser")


@bp.post("/account/preferences")
@somebody
def change_preferences() -> AnyResponse:
    form = request.form
    chosen: dict[str, object] = {
        "theme": form.get("theme") if form.get("theme") in THEMES else "auto",
        "language": form.get("language") if form.get("language") in LANGUAGES else "",
        "keys_off": form.get("keys") != "on",
        "mask": form.get("mask") == "on",
    }
    with doors().database.writing() as session:
        prefer(session, my_id(), **chosen)
    return back_to("pages.account", done="preferences")


class KeysBody(Strict):
    """The keys that differ from the usual ones, by what they do."""

    keys: dict[
        Annotated[str, Field(pattern=r"^[a-z_]{1,20}$")], Annotated[str, Field(min_length=1, max_length=1, pattern=NO_NUL)]
    ] = Field(max_length=30)
    off: bool = False


@bp.post("/account/keys")
@somebody
def change_keys() -> AnyResponse:
    body = parsed(KeysBody, request.get_data())
    with doors().database.writing() as session:
        prefer(session, my_id(), keys=dict(body.keys), keys_off=body.off)
    return jsonify(keys=body.keys, off=body.off)


def _shown(status: int = 200, *, fault: str = "") -> AnyResponse:
    with doors().database.reading() as session:
        browsers = browsers_of(session, my_id())
    return page("account.html", status, browsers=browsers, fault=fault, done=request.args.get("done", ""), themes=THEMES)
