"""The pages of the comment form, and what they may do in a browser."""

from dataclasses import dataclass, field
from typing import Any

from flask import Response, render_template
from flask_babel import get_locale

from service.web.http.i18n import _
from service.web.http.inline_css import csp_hash, style
from service.web.public.decision_mail import is_offered
from service.web.public.form_token import signed
from service.web.resources.site_cache import CachedSite
from service.web.resources.web_resources import resources

HTML = "text/html"
CSS = "form/form.css"
#: The hidden field that only bots fill in.
HONEYPOT = "subject"


@dataclass(frozen=True, slots=True)
class Shown:
    """A form to render: the values of its fields and the faults in them."""

    site: CachedSite
    values: dict[str, str]
    faults: dict[str, str] = field(default_factory=dict)
    message: str = ""


def form_response(shown: Shown, status: int, *, part: str = "page") -> Response:
    return template_response(
        "form/fields.html" if part == "fields" else "form/page.html", status, shown.site.origins, shown=shown,
        token=signed(resources().settings.secret, shown.site.id), action=f"{resources().settings.url}/f/{shown.site.id}",
        honeypot=HONEYPOT, offers_mail=is_offered(shown.site),
    )  # fmt: skip


def refused_response(message: str, status: int) -> Response:
    return template_response("form/refused.html", status, (), message=message)


def template_response(template: str, status: int, origins: tuple[str, ...], **values: Any) -> Response:
    locale = get_locale()
    html = render_template(
        template, style=style(CSS), language=str(locale or "en").replace("_", "-"), _=_,
        direction=locale.text_direction if locale else "ltr", **values,
    )  # fmt: skip
    return _guarded(Response(html, status, content_type=f"{HTML}; charset=utf-8"), origins)


def _guarded(response: Response, origins: tuple[str, ...]) -> Response:
    """Set the Content-Security-Policy: only the site may frame the form, and the form may redirect only to the site
    (`form-action` also applies to the 303 redirect)."""
    own = " ".join(("'self'", *origins))
    response.headers["Content-Security-Policy"] = (
        f"default-src 'none'; style-src {csp_hash(CSS)}; form-action {own}; frame-ancestors {own}; base-uri 'none'"
    )
    if response.status_code == 503:
        response.headers["Retry-After"] = "1"
    return response
