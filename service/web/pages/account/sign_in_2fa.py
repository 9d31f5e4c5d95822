"""The second step of two-factor sign-in: the code. Before this step there is no session, only a pending sign-in."""

from flask import Response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from service.actions.accounts import sign_in
from service.actions.accounts.sign_in import PENDING_TTL, Entry
from service.actions.accounts.sign_in_attempts import forget_attempts
from service.actions.accounts.two_factor import accept_code
from service.clock import utcnow
from service.domain.security.tokens import digest_of
from service.store.accounts.two_factor import pending_sign_in
from service.store.tables.accounts import Moderator
from service.web.auth.login_throttle import Attempt, throttle
from service.web.auth.rate_limit import Rate, rate_limited
from service.web.auth.sessions import cookie_name, over_https, public_page, set_cookie
from service.web.http.i18n import _
from service.web.pages.blueprint import bp, local_path, page
from service.web.resources.web_resources import resources


def complete_or_ask_second_factor(entry: Entry, goal: str) -> Response:
    """The response after the first factor: a session and a redirect to `goal`, or a redirect to the page for the code."""
    if not entry.half:
        return set_cookie(_to(goal), entry)
    response = _to(url_for("pages.ask_for_code", next=goal))
    response.set_cookie(
        _cookie(),
        entry.token,
        max_age=int(PENDING_TTL.total_seconds()),
        path="/",
        secure=over_https(),
        httponly=True,
        samesite="Lax",
    )
    return response


@bp.get("/sign-in/code")
@public_page
def ask_for_code() -> AnyResponse:
    with resources().database.reading() as session:
        pending = pending_sign_in(session, _digest(), now=utcnow())
    return page("code.html", goal=local_path(request.args.get("next", "")), fault="") if pending else _from_the_start()


@bp.post("/sign-in/code")
@public_page
@rate_limited(Rate.SIGN_IN)
def sign_in_by_code() -> AnyResponse:
    """Check the code. Each attempt is counted first, for this pending sign-in and for the account."""
    goal, code = local_path(request.form.get("next", "")), request.form.get("code", "")[:100]
    with resources().database.reading() as session:
        pending = pending_sign_in(session, _digest(), now=utcnow())
        email = session.get_one(Moderator, pending.moderator_id).email if pending else ""
    if pending is None:
        return _from_the_start()
    bucket = throttle(Attempt.CODE, email)
    with resources().database.writing() as session:
        in_time = sign_in.count_try(session, pending.digest)
    if not in_time:
        return _from_the_start()
    with resources().database.writing() as session:
        factor = accept_code(session, pending.moderator_id, code, secret_box=resources().secret_box, now=utcnow())
        # Race: the account may change at the same time. `accept_code` locks the account, so a change has either ended this
        # pending sign-in before, or waits for our commit.
        if factor and not sign_in.end_pending_sign_in(session, pending.digest):
            return _from_the_start()
        if factor:
            how, agent = f"{pending.method}, {factor}", request.headers.get("User-Agent", "")
            token = sign_in.start(session, pending.moderator_id, how=how, user_agent=agent, now=utcnow())
            forget_attempts(session, bucket)
        else:
            sign_in.record_failure(session, pending.moderator_id, how=f"{pending.method}, code")
    if not factor:
        return page("code.html", 422, goal=goal, fault=_("Wrong or already used code. Wait for the next one."))
    response = set_cookie(_to(goal), Entry(token, email))
    response.set_cookie(_cookie(), "", expires=0, path="/", secure=over_https(), httponly=True, samesite="Lax")
    return response


def _from_the_start() -> AnyResponse:
    return redirect(url_for("pages.sign_in"), 303)


def _digest() -> str:
    return digest_of(request.cookies.get(_cookie(), ""))


def _cookie() -> str:
    return f"{cookie_name()}-half"


def _to(path: str) -> Response:
    response = redirect(path, 303)
    assert isinstance(response, Response)  # noqa: S101
    return response
