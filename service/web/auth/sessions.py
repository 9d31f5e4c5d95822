"""Who is at the browser: the session cookie, the role that a page asks for, and the tokens that guard each form."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import wraps
from hmac import compare_digest
from typing import ParamSpec, TypeVar, cast
from uuid import UUID

from flask import Response, g, request

from service.actions.accounts.sign_in import record_seen
from service.domain.errors import Code, Invalid, NotFound, Refusal
from service.domain.security.tokens import digest_of
from service.store.accounts.moderators import SignedIn, sign_in_of
from service.store.tables.accounts import Role
from service.web.auth.api_keys import Forbidden
from service.web.auth.csrf import SAFE_METHODS
from service.web.auth.rate_limit import Rate, rate_limited
from service.web.http.route_metadata import page, public
from service.web.resources.web_resources import resources

P = ParamSpec("P")
R = TypeVar("R")

#: A browser that is there is written down at most this often, so that looking stays a read.
SEEN_EVERY = timedelta(minutes=5)


class SignedOut(Refusal):
    """Nobody is signed in here, or not any more."""

    code = Code.UNAUTHENTICATED


def public_page(view: Callable[P, R]) -> Callable[P, R]:
    """Decorates a page that needs no session. Its forms are guarded by the origin alone."""
    return public(page(view if hasattr(view, "rate") else rate_limited(Rate.PAGE)(view)))


class SecondFactorPending(Refusal):
    """Signed in with one factor where two are demanded."""

    code = Code.FORBIDDEN


def signed_in(view: Callable[P, R]) -> Callable[P, R]:
    """Decorates a page for every moderator, whatever the roles. It is open also to whoever still owes a second factor."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        _let_in()
        # The way back leads to the site where one came from.
        g.site_id = _last_site()
        return view(*args, **kwargs)

    guarded.owner = "moderator"  # type: ignore[attr-defined]
    return page(rate_limited(Rate.PAGE)(guarded))


def with_role(role: Role) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Decorates a page of one site, named by `site` in address or form: only for this role there, or a stronger one."""

    def decorate(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            _let_in()
            if owes_second_factor():
                raise SecondFactorPending("this installation demands a second factor of you; set it up under your account")
            g.site_id = _site_asked_for()
            if g.site_id and not current_sign_in().roles[g.site_id].covers(role):
                raise Forbidden(
                    f"this needs the role {role} on {g.site_id}; yours is {current_sign_in().roles[g.site_id]}. An admin can change it."
                )
            if not g.site_id and request.method not in SAFE_METHODS:
                raise NotFound("you have no role on any site yet; an admin can give you one")
            return view(*args, **kwargs)

        guarded.owner = f"role:{role}"  # type: ignore[attr-defined]
        return page(rate_limited(Rate.PAGE)(guarded))

    return decorate


def current_sign_in() -> SignedIn:
    """The moderator behind this request."""
    return cast("SignedIn", g.signed_in)


def current_moderator_id() -> UUID:
    return current_sign_in().moderator.id


def site_id() -> str:
    """The site of this page; empty where the moderator has none."""
    return cast("str", g.site_id)


def current_role() -> Role | None:
    """My role on the site of this page."""
    return current_sign_in().roles.get(g.get("site_id", "")) if "signed_in" in g else None


def has_role(role: Role) -> bool:
    """Whether I may do on this site what is asked of this role."""
    mine = current_role()
    return mine is not None and mine.covers(role)


def owes_second_factor() -> bool:
    """Whether my role needs a second factor that I have not set up."""
    if current_sign_in().moderator.second_factor_at:
        return False
    demanded = resources().settings.second_factor
    return demanded == "everybody" or (demanded == "admins" and Role.ADMIN in current_sign_in().roles.values())


def look_up() -> SignedIn | None:
    """The moderator whose cookie came, or none."""
    token = request.cookies.get(cookie_name(), "")
    if not token:
        return None
    now, settings = datetime.now(UTC), resources().settings
    idle, absolute = timedelta(seconds=settings.session_idle), timedelta(seconds=settings.session_absolute)
    with resources().database.reading() as session:
        found = sign_in_of(session, digest_of(token), seen_after=now - idle, made_after=now - absolute)
    if found and found.session.seen_at < now - min(SEEN_EVERY, idle / 4):
        with resources().database.writing() as session:
            record_seen(session, found.session.digest, now=now)
    return found


def set_cookie(response: Response, token: str) -> Response:
    """Hand the browser its session."""
    settings = resources().settings
    response.set_cookie(
        cookie_name(),
        token,
        max_age=int(settings.session_absolute),
        path="/",
        secure=over_https(),
        httponly=True,
        samesite="Lax",
    )
    return response


def clear_cookie(response: Response) -> Response:
    response.set_cookie(cookie_name(), "", expires=0, path="/", secure=over_https(), httponly=True, samesite="Lax")
    return response


def cookie_name() -> str:
    return "__Host-greenroom" if over_https() else "greenroom"


def _let_in() -> None:
    found = look_up()
    if found is None:
        raise SignedOut("please sign in")
    g.signed_in = found
    if request.method not in SAFE_METHODS:
        sent = request.headers.get("X-CSRF-Token") or request.form.get("csrf", "")
        if not compare_digest(sent.encode(), found.session.csrf.encode()):
            raise Forbidden("this form is from an earlier sign-in; go back, reload the page and try again")
        _no_nul()


def _no_nul() -> None:
    """PostgreSQL keeps no NUL in a text: whatever field it stands in, it is refused here by name."""
    for name, values in request.form.lists():
        if "\0" in name or any("\0" in value for value in values):
            raise Invalid.field(f"/{name[:200]}", "nul", "expected text without NUL characters")


def _site_asked_for() -> str:
    """The site named by the request, or the one used last, or the first. Empty where there is none at all."""
    roles = current_sign_in().roles
    asked = request.values.get("site", "")
    if asked:
        if asked not in roles:
            raise NotFound(f"no site {asked!r} that you have a role on")
        return asked
    return _last_site()


def _last_site() -> str:
    last = str(current_sign_in().moderator.preferences.get("site", ""))
    return last if last in current_sign_in().roles else next(iter(current_sign_in().roles), "")


def over_https() -> bool:
    return resources().settings.url.startswith("https://")
