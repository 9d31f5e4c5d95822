"""The blueprint of the moderators' pages: access check, security headers, template context and HTML errors."""

import logging
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, current_app, g, redirect, render_template, request, url_for
from flask_babel import get_locale
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from service.clock import utcnow
from service.domain.errors import Code, Refusal
from service.domain.security.relying_party import RelyingParty
from service.domain.time_zones import first_zone
from service.error_facts import short_error_facts
from service.store.tables.accounts import Role
from service.web.auth import csrf, sessions
from service.web.auth.api_keys import Forbidden
from service.web.auth.ended_session import keep_sent_form
from service.web.http import responses
from service.web.http.errors import STATUS, http_problem, problem_response
from service.web.http.i18n import _, ngettext
from service.web.http.sub_path import sub_path_of
from service.web.http.time_zone import browser_zone
from service.web.pages.error_text import sentence
from service.web.pages.highlight import visible_text
from service.web.resources.web_resources import resources

log = logging.getLogger("greenroom.pages")

#: Only our own files, no inline scripts or styles, forms only to us, no framing.
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; manifest-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
LANGUAGES = {"en": "English", "de": "Deutsch", "ar": "العربية", "hi": "हिन्दी"}

#: Below these paths only programs call: they get no pages.
API_PATHS = ("/v1/", "/1.1/", "/feeds/")

bp = Blueprint("pages", __name__)


def page(template: str, status: int = 200, /, **values: Any) -> Response:
    """One page as a response."""
    response = Response(render_template(template, **values), status=status, mimetype="text/html")
    response.headers["Content-Language"] = str(get_locale() or "en")
    return response


def redirect_to(endpoint: str, **values: Any) -> AnyResponse:
    """A 303 redirect after a form, so that a reload does not send the form again."""
    return redirect(url_for(endpoint, **values), 303)


def unchanged() -> Response:
    """A 204 for a form sent by Enter with no button chosen: the browser keeps the page with all input and selections."""
    return Response(status=204)


def local_path(path: str, *, otherwise: str = "/queue") -> str:
    """The path if it is local, else `otherwise`. Prevents an open redirect."""
    clean = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable() and "\\" not in path
    return path if clean else otherwise


def wants_json() -> bool:
    return request.is_json or responses.wants_json()


@bp.before_request
def _require_owner() -> None:
    view = current_app.view_functions.get(request.endpoint or "")
    if not hasattr(view, "owner"):
        raise Forbidden("this page does not say who may see it")
    csrf.check_origin()


@bp.after_request
def _security_headers(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = CSP
    # Not "no-referrer": browsers would then send `Origin: null` with our own forms, but the CSRF check needs the origin.
    response.headers["Referrer-Policy"] = "same-origin"
    # For old browsers that do not support `frame-ancestors`.
    response.headers["X-Frame-Options"] = "DENY"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    response.headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=(), payment=()"
    response.headers["Cache-Control"] = "no-store"
    return response


@bp.context_processor
def _template_context() -> dict[str, Any]:
    locale = get_locale()
    signed_in = g.get("signed_in")
    preferences = signed_in.moderator.preferences if signed_in else {}
    return {
        "me": signed_in,
        "csrf": csrf.masked(signed_in.session.csrf) if signed_in else "",
        "site_id": g.get("site_id", ""),
        "may": sessions.has_role,
        "oidc_name": resources().issuer.name if resources().issuer.is_set else "",
        "passkeys_work": RelyingParty.of(resources().settings.url) is not None,
        "sends_mail": resources().settings.sends_mail,
        "demanded": bool(signed_in) and sessions.owes_second_factor(),
        "Role": Role,
        "language": str(locale or "en").replace("_", "-"),
        "direction": preferences.get("direction") or (locale.text_direction if locale else "ltr"),
        "languages": LANGUAGES,
        "places": _navigation(),
        "plain": visible_text,
        "preferences": preferences,
        "now": utcnow(),
        "_": _,
        "ngettext": ngettext,
    }


def _navigation() -> list[tuple[str, str]]:
    """The pages that this moderator may open, as (endpoint, name)."""
    places = [
        ("pages.queue", _("Queue")),
        ("pages.search_comments", _("Search")),
        ("pages.decisions", _("Decisions")),
        ("pages.threads", _("Articles")),
        ("pages.authors", _("Authors")),
        ("pages.charts", _("Charts")),
    ]
    return [*places, ("pages.settings", _("Settings"))] if sessions.has_role(Role.ADMIN) else places


@bp.errorhandler(Refusal)
def _refused(error: Refusal) -> AnyResponse:
    if wants_json():
        return problem_response(error.code, sentence(error.detail), error.faults)
    if isinstance(error, sessions.SignedOut):
        return redirect_to("pages.sign_in", next=keep_sent_form(_page_before()) or _page_before())
    if isinstance(error, sessions.SecondFactorPending):
        return redirect_to("pages.two_factor_page")
    return _error_page(STATUS[error.code], error.code, error.detail)


def _page_before() -> str:
    """The page that needs a sign-in: the one that was asked for, or the one with the form that was sent."""
    if request.method == "GET":
        return request.full_path.rstrip("?")
    parts = urlsplit(request.referrer or "")
    same = f"{parts.scheme}://{parts.netloc}" == request.headers.get("Origin", "")
    path = parts.path.removeprefix(sub_path_of(request.environ))
    return local_path(path + (f"?{parts.query}" if parts.query else "")) if same else "/queue"


@bp.errorhandler(HTTPException)
def _http(error: HTTPException) -> AnyResponse:
    status = error.code or 500
    return _error_page(status, Code.INVALID, error.description or error.name)


@bp.errorhandler(DBAPIError)
@bp.errorhandler(PoolTimeout)
def _database(error: Exception) -> AnyResponse:
    log.error("database_failed", extra=short_error_facts(error))
    detail = "the database did not answer; nothing was changed, please try again"
    return _error_page(503, Code.UNAVAILABLE, detail)


@bp.errorhandler(Exception)
def _unexpected(error: Exception) -> AnyResponse:
    log.exception("unexpected_error", exc_info=error)
    return _error_page(500, Code.INTERNAL, "something broke on our side; it was logged under this request's id")


def unknown_address(error: HTTPException) -> AnyResponse:
    """The response for an address, or a method, that no route has: a page for a browser, else problem+json."""
    if "text/html" not in request.headers.get("Accept", "") or request.path.startswith(API_PATHS):
        return http_problem(error)
    if signed_in := sessions.look_up():
        g.signed_in = signed_in
    # No route, so no blueprint either: what the blueprint adds to its pages is added here.
    values = {**_template_context(), "status": error.code or 404, "request_id": g.get("request_id", "")}
    response = page("error.html", error.code or 404, detail=sentence("there is no page at this address"), **values)
    response.headers.extend([header for header in error.get_headers() if header[0] == "Allow"])
    return _security_headers(response)


def _error_page(status: int, code: Code, detail: str) -> AnyResponse:
    if wants_json():
        return problem_response(code, detail, status=status)
    return page("error.html", status, status=status, detail=sentence(detail), request_id=g.get("request_id", ""))


def _language() -> str:
    signed_in = g.get("signed_in")
    chosen = str(signed_in.moderator.preferences.get("language", "")) if signed_in else ""
    if chosen in LANGUAGES:
        return chosen
    of_page = g.get("page_language", "")
    return request.accept_languages.best_match(LANGUAGES) or (of_page if of_page in LANGUAGES else "en")


def _time_zone() -> ZoneInfo:
    signed_in = g.get("signed_in")
    chosen = str(signed_in.moderator.preferences.get("time_zone", "")) if signed_in else ""
    return first_zone(chosen, browser_zone())
