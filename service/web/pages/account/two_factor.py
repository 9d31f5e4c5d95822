"""Two-factor settings: QR code, confirmation by a code, recovery codes (shown once), and turning it off by a code."""

import segno
from flask import request
from markupsafe import Markup
from werkzeug.wrappers import Response as AnyResponse

from service.actions.accounts import two_factor
from service.actions.accounts.sign_in import hold
from service.clock import utcnow
from service.domain.errors import Invalid
from service.domain.security.passwords import verify_password
from service.domain.security.totp import provisioning_uri
from service.store.accounts.two_factor import recovery_codes_left
from service.store.tables.accounts import Moderator
from service.web.auth.login_throttle import Attempt, throttle
from service.web.auth.sessions import current_moderator_id, current_sign_in, signed_in
from service.web.http.i18n import _
from service.web.pages.blueprint import bp, page, redirect_to
from service.web.resources.web_resources import resources


@bp.get("/account/two-factor")
@signed_in
def two_factor_page() -> AnyResponse:
    return _render()


@bp.post("/account/two-factor")
@signed_in
def change_two_factor() -> AnyResponse:
    """Apply one button: begin, confirm, codes or off. Throttled, because each button needs a code or a password, which could be
    guessed."""
    throttle(Attempt.OWN_CODE, current_sign_in().moderator.email)
    act, code = request.form.get("act", ""), request.form.get("code", "")[:100]
    current, old = current_sign_in().moderator.password, request.form.get("old", "")[:1000]
    # Ask for the password, so that nobody can lock the owner out through an unattended browser.
    if act == "begin" and current and not verify_password(current, old):
        return _render(422, fault=_("The current password is wrong."))
    try:
        codes = _carried_out(act, code)
    except Invalid:
        return _render(422, fault=_("Wrong or already used code. Wait for the next one."))
    return _render(201, codes=codes) if codes else redirect_to("pages.two_factor_page", done=act)


def _carried_out(act: str, code: str) -> list[str]:
    """Apply the button. Returns the new recovery codes, if any. Raises Invalid."""
    secret_box, now = resources().secret_box, utcnow()
    with resources().database.writing() as session:
        hold(session, current_sign_in())
        match act:
            case "begin":
                two_factor.begin(session, current_moderator_id(), secret_box=secret_box)
            case "confirm":
                return two_factor.confirm(
                    session, current_moderator_id(), code, secret_box=secret_box, now=now, but=current_sign_in().session.digest
                )
            case "codes":
                return two_factor.renew_codes(session, current_moderator_id(), code, secret_box=secret_box, now=now)
            case "off":
                two_factor.turn_off(session, current_moderator_id(), code, secret_box=secret_box, now=now)
            case _:
                raise Invalid.field("/act", "unknown", "expected begin, confirm, codes or off")
    return []


def _render(status: int = 200, *, fault: str = "", codes: list[str] | None = None) -> AnyResponse:
    with resources().database.reading() as session:
        owner, left = session.get_one(Moderator, current_moderator_id()), recovery_codes_left(session, current_moderator_id())
    unconfirmed = owner.totp_secret if not owner.totp_enabled_at else ""
    secret = resources().secret_box.decrypt(unconfirmed) if unconfirmed else ""
    return page(
        "two_factor.html", status, is_on=bool(owner.totp_enabled_at), since=owner.totp_enabled_at, left=left, codes=codes or [],
        secret=secret, picture=_picture(provisioning_uri(secret, owner.email)) if secret else "", fault=fault, done=request.args.get("done", ""),
    )  # fmt: skip


def _picture(words: str) -> Markup:
    """The QR code as inline SVG. It has no URL of its own, so no cache or history can keep the secret."""
    drawn = segno.make(words, error="m").svg_inline(scale=5, border=4, dark="#000", light="#fff", omitsize=True)
    return Markup(drawn)  # noqa: S704 - SVG by segno; the text is in it as squares only
