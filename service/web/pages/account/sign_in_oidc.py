"""Sign-in by OpenID Connect: the redirect to the operator's provider, and its callback."""

import logging

from flask import Response, request
from werkzeug.wrappers import Response as AnyResponse

from service.actions.accounts import oidc, sign_in
from service.clock import utcnow
from service.domain.errors import NotFound, Refusal
from service.domain.security.oidc import InvalidIdToken, OidcIdentity
from service.domain.security.passwords import verify_password
from service.store.accounts.moderators import moderator_with
from service.store.tables.accounts import Role
from service.web.auth.api_keys import Forbidden
from service.web.auth.login_throttle import Attempt, throttle
from service.web.auth.rate_limit import Rate, rate_limited
from service.web.auth.sessions import (
    cookie_name,
    current_moderator_id,
    current_sign_in,
    look_up,
    over_https,
    public_page,
    signed_in,
)
from service.web.http.i18n import _
from service.web.pages.account.sign_in_2fa import complete_or_ask_second_factor
from service.web.pages.blueprint import bp, local_path, page, redirect_to
from service.web.pages.error_text import sentence
from service.web.resources.oidc_client import OidcClient
from service.web.resources.web_resources import resources

log = logging.getLogger("greenroom.oidc")


@bp.post("/sign-in/oidc/start")
@public_page
@rate_limited(Rate.SIGN_IN)
def start_oidc() -> AnyResponse:
    issuer = _issuer()
    with resources().database.writing() as session:
        token, question = oidc.begin_sign_in(
            session, local_path(request.form.get("next", "")), secret_box=resources().secret_box, now=utcnow()
        )
    return _sent(issuer, token, question)


@bp.post("/account/oidc")
@signed_in
def connect_oidc() -> AnyResponse:
    """Connect the moderator's account at the provider with this account, or disconnect it."""
    if request.form.get("act") == "disconnect":
        with resources().database.writing() as session:
            sign_in.hold(session, current_sign_in())
            oidc.disconnect(session, current_moderator_id())
        return redirect_to("pages.account", done="disconnected")
    issuer, current = _issuer(), current_sign_in().moderator.password
    # Ask for the password, so that nobody can add another way to sign in through an unattended browser.
    if current:
        throttle(Attempt.OWN_PASSWORD, current_sign_in().moderator.email)
    if current and not verify_password(current, request.form.get("old", "")[:1000]):
        raise Forbidden("that is not your present password")
    with resources().database.writing() as session:
        sign_in.hold(session, current_sign_in())
        token, question = oidc.begin_sign_in(
            session, "/account", secret_box=resources().secret_box, now=utcnow(), moderator_id=current_sign_in().moderator.id
        )
    return _sent(issuer, token, question)


@bp.get("/sign-in/oidc/callback")
@public_page
@rate_limited(Rate.SIGN_IN)
def oidc_callback() -> AnyResponse:
    """The provider redirects the browser here, so this GET changes state. The browser's cookie replaces the CSRF token."""
    issuer, given = _issuer(), request.args
    try:
        with resources().database.writing() as session:
            question = oidc.take_sign_in(
                session,
                request.cookies.get(_cookie(), ""),
                given.get("state", ""),
                secret_box=resources().secret_box,
                now=utcnow(),
            )
        if given.get("iss", resources().settings.oidc_issuer) != resources().settings.oidc_issuer or not given.get("code"):
            raise InvalidIdToken("the provider sent no answer, or another one did")
        person = issuer.person(question, given["code"][:4096])
        response = _connected(question, person) if question.moderator_id else _entered(question, person)
    except Refusal as refusal:
        # Safe to log: the detail contains no name and no address.
        log.warning("oidc_refused", extra={"reason": refusal.detail})
        response = page("sign_in.html", 403, goal="/queue", email="", fault=_why(refusal))
    response.set_cookie(_cookie(), "", expires=0, path="/", secure=over_https(), httponly=True, samesite="Lax")
    return response


def _entered(question: oidc.AuthorizationRequest, person: OidcIdentity) -> Response:
    settings = resources().settings
    role = Role(settings.oidc_role) if settings.oidc_role else None
    try:
        with resources().database.writing() as session:
            moderator = oidc.moderator_of(session, person, domains=settings.oidc_domains, role=role, now=utcnow())
            agent = request.headers.get("User-Agent", "")
            entry = sign_in.open_session(session, moderator, how=sign_in.BY_PROVIDER, user_agent=agent, now=utcnow())
    except InvalidIdToken:
        with resources().database.writing() as session:
            if existing := moderator_with(session, person.email):
                sign_in.record_failure(session, existing.id, how=sign_in.BY_PROVIDER)
        raise
    return complete_or_ask_second_factor(entry, question.goal)


def _connected(question: oidc.AuthorizationRequest, person: OidcIdentity) -> Response:
    """Connect the account. Raises InvalidIdToken unless this browser is still signed in as the same moderator."""
    sign_in_here = look_up()
    if sign_in_here is None or question.moderator_id != sign_in_here.moderator.id:
        raise InvalidIdToken("whoever asked to connect the accounts is not signed in here any more")
    with resources().database.writing() as session:
        sign_in.hold(session, sign_in_here)
        oidc.connect(session, sign_in_here.moderator.id, person, but=sign_in_here.session.digest)
    response = redirect_to("pages.account", done="connected")
    assert isinstance(response, Response)  # noqa: S101
    return response


def _sent(issuer: OidcClient, token: str, question: oidc.AuthorizationRequest) -> Response:
    """A page that leads on to the provider. A plain redirect would break our `form-action` policy."""
    response = page("oidc_redirect.html", goal=issuer.authorization_request(question), name=issuer.name)
    seconds = int(oidc.PATIENCE.total_seconds())
    response.set_cookie(_cookie(), token, max_age=seconds, path="/", secure=over_https(), httponly=True, samesite="Lax")
    return response


def _why(refusal: Refusal) -> str:
    return " ".join((_("Signing in there did not work."), sentence(refusal.detail)))


def _issuer() -> OidcClient:
    issuer = resources().issuer
    if not issuer.is_set:
        raise NotFound("no provider is set up here")
    return issuer


def _cookie() -> str:
    return f"{cookie_name()}-oidc"
