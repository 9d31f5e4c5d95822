"""Signing in elsewhere: to the OpenID provider that the operator chose, and back with its word for who somebody is."""

import logging
from datetime import UTC, datetime

from flask import Response, request
from werkzeug.wrappers import Response as AnyResponse

from service.actions.accounts import oidc as acting
from service.actions.accounts import sign_in as signing_in
from service.domain.errors import NotFound, Refusal
from service.domain.security.encryption import Seal
from service.domain.security.oidc import NotBelieved, Person
from service.domain.security.passwords import matches
from service.store.accounts.moderators import moderator_with
from service.store.tables.accounts import Role
from service.web.auth.api_keys import Forbidden
from service.web.auth.login_throttle import throttle
from service.web.auth.rate_limit import Rate, limited
from service.web.auth.sessions import anyone, cookie_name, look_up, me, my_id, over_https, somebody
from service.web.http.i18n import _
from service.web.pages.account.sign_in_2fa import come_in
from service.web.pages.blueprint import back_to, bp, local, page
from service.web.resources.oidc_client import Issuer
from service.web.resources.web_resources import doors

log = logging.getLogger("greenroom.elsewhere")


@bp.post("/sign-in/elsewhere/start")
@anyone
@limited(Rate.SIGN_IN)
def go_elsewhere() -> AnyResponse:
    issuer = _issuer()
    with doors().database.writing() as session:
        token, question = acting.ask(session, local(request.form.get("next", "")), seal=_seal(), now=_now())
    return _sent(issuer, token, question)


@bp.post("/account/elsewhere")
@somebody
def connect_elsewhere() -> AnyResponse:
    """Connect my account there with this one, or end that."""
    if request.form.get("act") == "disconnect":
        with doors().database.writing() as session:
            signing_in.hold(session, me())
            acting.disconnect(session, my_id())
        return back_to("pages.account", done="disconnected")
    issuer, kept = _issuer(), me().moderator.password
    # Whoever has the browser for a moment must not get a way in of their own.
    if kept:
        throttle(me().moderator.email)
    if kept and not matches(kept, request.form.get("old", "")[:1000]):
        raise Forbidden("that is not your present password")
    with doors().database.writing() as session:
        signing_in.hold(session, me())
        token, question = acting.ask(session, "/account", seal=_seal(), now=_now(), moderator_id=me().moderator.id)
    return _sent(issuer, token, question)


@bp.get("/sign-in/elsewhere/back")
@anyone
@limited(Rate.SIGN_IN)
def come_back() -> AnyResponse:
    """The one address where a GET changes something: the provider sends the browser here, and the token of the browser is its proof."""
    issuer, given = _issuer(), request.args
    try:
        with doors().database.writing() as session:
            question = acting.answered(
                session, request.cookies.get(_cookie(), ""), given.get("state", ""), seal=_seal(), now=_now()
            )
        if given.get("iss", doors().settings.oidc_issuer) != doors().settings.oidc_issuer or not given.get("code"):
            raise NotBelieved("the provider sent no answer, or another one did")
        person = issuer.person(question, given["code"][:4096])
        response = _connected(question, person) if question.moderator_id else _entered(question, person)
    except Refusal as refusal:
        # The reason is ours to know: it holds no name and no address.
        log.warning("elsewhere_refused", extra={"reason": refusal.detail})
        response = page("sign_in.html", 403, goal="/queue", email="", fault=_why(refusal))
    response.set_cookie(_cookie(), "", expires=0, path="/", secure=over_https(), httponly=True, samesite="Lax")
    return response


def _entered(question: acting.Question, person: Person) -> Response:
    settings = doors().settings
    role = Role(settings.oidc_role) if settings.oidc_role else None
    try:
        with doors().database.writing() as session:
            found = acting.recognised(session, person, domains=settings.oidc_domains, role=role, now=_now())
            agent = request.headers.get("User-Agent", "")
            entry = signing_in.enter(session, found, how="elsewhere", user_agent=agent, now=_now())
    except NotBelieved:
        with doors().database.writing() as session:
            if known := moderator_with(session, person.email):
                signing_in.failed(session, known.id, how="elsewhere")
        raise
    return come_in(entry, question.goal)


def _connected(question: acting.Question, person: Person) -> Response:
    """Only in the browser in which this very moderator is still signed in."""
    found = look_up()
    if found is None or question.moderator_id != found.moderator.id:
        raise NotBelieved("whoever asked to connect the accounts is not signed in here any more")
    with doors().database.writing() as session:
        signing_in.hold(session, found)
        acting.connect(session, found.moderator.id, person)
    response = back_to("pages.account", done="connected")
    assert isinstance(response, Response)  # noqa: S101
    return response


def _sent(issuer: Issuer, token: str, question: acting.Question) -> Response:
    """A page that leads on: a form may lead nowhere but to us, says our policy."""
    response = page("elsewhere.html", goal=issuer.question(question), name=issuer.name)
    seconds = int(acting.PATIENCE.total_seconds())
    response.set_cookie(_cookie(), token, max_age=seconds, path="/", secure=over_https(), httponly=True, samesite="Lax")
    return response


def _why(refusal: Refusal) -> str:
    return f"{_('Signing in there did not work.')} {refusal.detail[:1].upper()}{refusal.detail[1:]}."


def _issuer() -> Issuer:
    issuer = doors().issuer
    if not issuer.is_set:
        raise NotFound("no provider is set up here")
    return issuer


def _cookie() -> str:
    return f"{cookie_name()}-elsewhere"


def _seal() -> Seal:
    return Seal.from_secret(doors().settings.secret)


def _now() -> datetime:
    return datetime.now(UTC)
