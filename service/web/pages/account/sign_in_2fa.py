"""The second step of signing in: whoever has shown one factor shows a code. Until then nothing else is open."""

from datetime import UTC, datetime

from flask import Response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from service.actions.accounts import sign_in as signing_in
from service.actions.accounts.sign_in import HALF_WAY, Entry
from service.actions.accounts.two_factor import shown
from service.domain.security.encryption import Seal
from service.domain.security.tokens import digest_of
from service.store.accounts.two_factor import half_way
from service.web.auth.login_throttle import throttle, throttle_everywhere
from service.web.auth.rate_limit import Rate, limited
from service.web.auth.sessions import anyone, cookie_name, keep, over_https
from service.web.http.i18n import _
from service.web.pages.blueprint import bp, local, page
from service.web.resources.web_resources import doors


def come_in(entry: Entry, goal: str) -> Response:
    """The answer to one factor: the goal, or the page that asks for the other one."""
    if not entry.half:
        return keep(_to(goal), entry.token)
    response = _to(url_for("pages.ask_for_code", next=goal))
    response.set_cookie(
        _cookie(),
        entry.token,
        max_age=int(HALF_WAY.total_seconds()),
        path="/",
        secure=over_https(),
        httponly=True,
        samesite="Lax",
    )
    return response


@bp.get("/sign-in/code")
@anyone
def ask_for_code() -> AnyResponse:
    with doors().database.reading() as session:
        waits = half_way(session, _digest(), now=_now())
    return page("code.html", goal=local(request.args.get("next", "")), fault="") if waits else _from_the_start()


@bp.post("/sign-in/code")
@anyone
@limited(Rate.SIGN_IN)
def sign_in_by_code() -> AnyResponse:
    """Each try counts, for this sign-in and for the account, before anything is compared."""
    goal, code = local(request.form.get("next", "")), request.form.get("code", "")[:100]
    with doors().database.reading() as session:
        waits = half_way(session, _digest(), now=_now())
        if waits is not None:
            throttle_everywhere(session, waits.moderator_id)
    if waits is None:
        return _from_the_start()
    throttle(f"code {waits.moderator_id}")
    with doors().database.writing() as session:
        in_time = signing_in.count_try(session, waits.digest)
    if not in_time:
        return _from_the_start()
    with doors().database.writing() as session:
        what = shown(session, waits.moderator_id, code, seal=_seal(), now=_now())
        # The account is locked since the code was compared: a change of it has ended this sign-in, or waits for it.
        if what and not signing_in.end_half(session, waits.digest):
            return _from_the_start()
        if what:
            how, agent = f"{waits.how}, {what}", request.headers.get("User-Agent", "")
            token = signing_in.start(session, waits.moderator_id, how=how, user_agent=agent, now=_now())
        else:
            signing_in.failed(session, waits.moderator_id, how=f"{waits.how}, code")
    if not what:
        return page("code.html", 422, goal=goal, fault=_("That code does not fit, or was used already. Wait for the next one."))
    response = keep(_to(goal), token)
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


def _seal() -> Seal:
    return Seal.from_secret(doors().settings.secret)


def _now() -> datetime:
    return datetime.now(UTC)
