"""Sign-in by one-time link (viewing it does not use it up) or by throttled password, and sign-out."""

from collections.abc import Sequence

from flask import Response, jsonify, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from service.actions.accounts import sign_in as signing_in
from service.actions.accounts.sign_in_attempts import forget_attempts, touch_attempts
from service.clock import utcnow
from service.domain.errors import Gone
from service.domain.security.passwords import verify_password
from service.domain.security.tokens import digest_of
from service.store.accounts.invitations import invitations_with
from service.store.accounts.moderators import moderator_with
from service.store.tables.invitations import Invitation
from service.web.auth.csrf import masked
from service.web.auth.login_throttle import Attempt, throttle
from service.web.auth.rate_limit import Rate, rate_limited
from service.web.auth.sessions import clear_cookie, current_moderator_id, current_sign_in, look_up, public_page, signed_in
from service.web.http.i18n import _
from service.web.pages.account.invitation import accept_invitation, show_invitation
from service.web.pages.account.sign_in_2fa import complete_or_ask_second_factor
from service.web.pages.blueprint import bp, local_path, page, wants_json
from service.web.resources.web_resources import resources


@bp.get("/")
@public_page
def home() -> AnyResponse:
    return redirect(url_for("pages.queue"), 302)


@bp.get("/sign-in")
@public_page
def sign_in() -> AnyResponse:
    goal, again = local_path(request.args.get("next", "")), bool(request.args.get("again"))
    return redirect(goal, 302) if look_up() else page("sign_in.html", goal=goal, email="", fault="", again=again)


@bp.get("/session")
@signed_in
def session() -> AnyResponse:
    """The session of this browser: for an open page whose own session has ended, and as the last page of a window that was opened
    for signing in."""
    if not wants_json():
        return page("signed_in.html")
    found = current_sign_in()
    return jsonify(csrf=masked(found.session.csrf), moderator=str(found.moderator.id))


@bp.post("/sign-in")
@public_page
@rate_limited(Rate.SIGN_IN)
def sign_in_by_password() -> AnyResponse:
    email, password = request.form.get("email", "")[:320], request.form.get("password", "")[:1000]
    goal = local_path(request.form.get("next", ""))
    bucket = throttle(Attempt.PASSWORD, email)
    with resources().database.reading() as session:
        moderator = moderator_with(session, email) if "\0" not in email else None
    # Verify the password outside of any transaction, because hashing is slow. Verify also for an unknown address: otherwise the
    # response time would reveal that the address is unknown.
    right = verify_password(moderator.password if moderator else "", password)
    if moderator is None or moderator.disabled_at is not None or not right:
        with resources().database.writing() as session:
            if moderator is not None:
                signing_in.record_failure(session, moderator.id, how="password")
            else:
                touch_attempts(session, bucket)
        fault = _wrong_password()
        return page("sign_in.html", 422, goal=goal, email=email, fault=fault)
    try:
        with resources().database.writing() as session:
            entry = signing_in.open_session(session, moderator, how="password", user_agent=_user_agent(), now=utcnow())
            forget_attempts(session, bucket)
    except signing_in.AccountChanged:
        fault = _("This account has just been changed. Please sign in again.")
        return page("sign_in.html", 422, goal=goal, email=email, fault=fault)
    return complete_or_ask_second_factor(entry, goal)


@bp.get("/sign-in/<token>")
@public_page
def show_link(token: str) -> AnyResponse:
    """Show a button. Mail scanners and previews open links, so only the button uses the link up."""
    if offers := _offers(token):
        return show_invitation(token, offers)
    with resources().database.reading() as session:
        good = signing_in.link_is_good(session, token, now=utcnow())
    return page("link.html", 200 if good else 410, good=good, token=token)


@bp.post("/sign-in/<token>")
@public_page
@rate_limited(Rate.SIGN_IN)
def sign_in_by_link(token: str) -> AnyResponse:
    if offers := _offers(token):
        return accept_invitation(token, offers)
    try:
        with resources().database.writing() as session:
            entry = signing_in.use_link(session, token, user_agent=_user_agent(), now=utcnow())
    except Gone:
        return page("link.html", 410, good=False, token=token)
    return complete_or_ask_second_factor(entry, url_for("pages.first_password"))


@bp.post("/sign-out")
@signed_in
def sign_out() -> AnyResponse:
    with resources().database.writing() as session:
        signing_in.sign_out(session, current_moderator_id(), current_sign_in().session.digest)
    return clear_cookie(_to("/sign-in"))


def _wrong_password() -> str:
    if resources().settings.sends_mail:
        return _("Wrong e-mail or password. Forgot it? Have a link sent to you.")
    return _("Wrong e-mail or password. Forgot it? Ask an admin for a sign-in link.")


def _offers(token: str) -> Sequence[Invitation]:
    """The invitations behind this link; empty if it is a sign-in link."""
    with resources().database.reading() as session:
        return invitations_with(session, digest_of(token), now=utcnow())


def _to(path: str) -> Response:
    response = redirect(path, 303)
    assert isinstance(response, Response)  # noqa: S101
    return response


def _user_agent() -> str:
    return request.headers.get("User-Agent", "")
