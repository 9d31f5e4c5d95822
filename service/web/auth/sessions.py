"""Browser sessions: the session cookie, the role that a page requires, and the CSRF token of each form."""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import ParamSpec, TypeVar, cast
from uuid import UUID

from flask import Response, g, request

from service.actions.accounts.sign_in import BY_MAIL, BY_PASSKEY, Entry, record_seen
from service.clock import utcnow
from service.domain.errors import Code, Invalid, NotFound, Refusal
from service.domain.security.tokens import digest_of
from service.store.accounts.moderators import SignedIn, sign_in_of
from service.store.tables.accounts import Role
from service.web.auth.api_keys import Forbidden
from service.web.auth.csrf import SAFE_METHODS, is_token
from service.web.auth.rate_limit import Rate, rate_limited
from service.web.http.route_metadata import page, public
from service.web.http.time_zone import browser_zone
from service.web.resources.web_resources import resources

P = ParamSpec("P")
R = TypeVar("R")

#: The cookie outlives its session by this time, so that what was typed when it ended is kept for its moderator.
OUTLIVES = timedelta(days=7)
#: The time at which a session was last seen is stored at most this often, so that most requests only read the database.
SEEN_EVERY = timedelta(minutes=5)
#: For this time after a sign-in by a link that came by mail, a moderator may set a password without the old one.
FORGOTTEN_FOR = timedelta(minutes=15)
#: Seconds for which a browser stays known after a sign-in: 400 days, the longest that browsers keep a cookie.
DEVICE_KNOWN_FOR = 400 * 86400


class SignedOut(Refusal):
    """No session, or it has ended."""

    code = Code.UNAUTHENTICATED


def public_page(view: Callable[P, R]) -> Callable[P, R]:
    """Decorates a page that needs no session. Its forms have no CSRF token, so only the Origin check protects them."""
    return public(page(view if hasattr(view, "rate") else rate_limited(Rate.PAGE)(view)))


class SecondFactorPending(Refusal):
    """The moderator has signed in with one factor, but two factors are required."""

    code = Code.FORBIDDEN


def signed_in(view: Callable[P, R]) -> Callable[P, R]:
    """Decorates a page for every moderator, with any role. A pending second factor is allowed."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        _let_in()
        # The page links back to the site that the moderator used last.
        g.site_id = _last_site()
        return view(*args, **kwargs)

    guarded.owner = "moderator"  # type: ignore[attr-defined]
    return page(rate_limited(Rate.PAGE)(guarded))


def with_role(role: Role) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Decorates a page of one site, which `site` in the query or the form names. The moderator needs this role on that site, or a
    stronger one."""

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
    """The site of this page; empty if the moderator has none."""
    return cast("str", g.site_id)


def current_role() -> Role | None:
    """The moderator's role on the site of this page."""
    return current_sign_in().roles.get(g.get("site_id", "")) if "signed_in" in g else None


def has_role(role: Role) -> bool:
    """True if the moderator has this role on the site of this page, or a stronger one."""
    role_here = current_role()
    return role_here is not None and role_here.covers(role)


def owes_second_factor() -> bool:
    """True if the moderator must use two-factor sign-in but has not set it up. A passkey is two factors: the device, and its PIN or
    a finger."""
    if current_sign_in().moderator.totp_enabled_at or current_sign_in().session.method == BY_PASSKEY:
        return False
    demanded = resources().settings.two_factor
    return demanded == "everybody" or (demanded == "admins" and Role.ADMIN in current_sign_in().roles.values())


def may_replace_password() -> bool:
    """True if the moderator has just signed in by a link that came by mail: they may have forgotten the old password."""
    session = current_sign_in().session
    by_mail = session.method.split(", ")[0] == BY_MAIL
    return by_mail and session.created_at > utcnow() - FORGOTTEN_FOR


def look_up() -> SignedIn | None:
    """The moderator of the session cookie, or None. Stores from time to time that the session was seen, and its time zone."""
    token = request.cookies.get(cookie_name(), "")
    if not token:
        return None
    now, settings = utcnow(), resources().settings
    idle, absolute = timedelta(seconds=settings.session_idle), timedelta(seconds=settings.session_absolute)
    with resources().database.reading() as session:
        sign_in = sign_in_of(session, digest_of(token), seen_after=now - idle, made_after=now - absolute)
    if sign_in:
        zone = browser_zone() or sign_in.session.zone
        if sign_in.session.seen_at < now - min(SEEN_EVERY, idle / 4) or zone != sign_in.session.zone:
            with resources().database.writing() as session:
                record_seen(session, sign_in.session.digest, now=now, zone=zone)
    return sign_in


def set_cookie(response: Response, entry: Entry) -> Response:
    """Set the session cookie, and the cookie by which this browser is recognised when the person signs in again."""
    lifetimes = {
        cookie_name(): (entry.token, int(resources().settings.session_absolute + OUTLIVES.total_seconds())),
        device_cookie_name(): (resources().known_devices.new_token(entry.email), DEVICE_KNOWN_FOR),
    }
    for name, (value, seconds) in lifetimes.items():
        response.set_cookie(name, value, max_age=seconds, path="/", secure=over_https(), httponly=True, samesite="Lax")
    return response


def clear_cookie(response: Response) -> Response:
    response.set_cookie(cookie_name(), "", expires=0, path="/", secure=over_https(), httponly=True, samesite="Lax")
    return response


def cookie_name() -> str:
    """Browsers take `__Host-` only at the root of a host."""
    if not over_https():
        return "greenroom"
    return "__Secure-greenroom" if resources().settings.sub_path else "__Host-greenroom"


def device_cookie_name() -> str:
    return f"{cookie_name()}-device"


def _let_in() -> None:
    sign_in = look_up()
    if sign_in is None:
        raise SignedOut("please sign in")
    g.signed_in = sign_in
    if request.method not in SAFE_METHODS:
        sent = request.headers.get("X-CSRF-Token") or request.form.get("csrf", "")
        if not is_token(sent, sign_in.session.csrf):
            raise Forbidden("this form is from an earlier sign-in; go back, reload the page and try again")
        _no_nul()


def _no_nul() -> None:
    """Raises Invalid for a field with a NUL character, which PostgreSQL text cannot hold."""
    for name, values in request.form.lists():
        if "\0" in name or any("\0" in value for value in values):
            raise Invalid.field(f"/{name[:200]}", "nul", "expected text without NUL characters")


def _site_asked_for() -> str:
    """The site named by the request, or the one used last, or the first. Empty if the moderator has none. Raises NotFound."""
    roles = current_sign_in().roles
    requested = request.values.get("site", "")
    if requested:
        if requested not in roles:
            raise NotFound(f"no site {requested!r} that you have a role on")
        return requested
    return _last_site()


def _last_site() -> str:
    last = str(current_sign_in().moderator.preferences.get("site", ""))
    return last if last in current_sign_in().roles else next(iter(current_sign_in().roles), "")


def over_https() -> bool:
    return resources().settings.url.startswith("https://")
