"""Pages for readers without an account, in their language: one inline style sheet, no script, not in search engines, not cached."""

from typing import Any, TypeVar

from flask import Response, render_template
from flask_babel import get_locale

from service.domain.errors import NotFound
from service.web.http.i18n import _, moment, ngettext
from service.web.http.inline_css import csp_hash, style

CSS = "readers/readers.css"
T = TypeVar("T")


def known(content: T | None) -> T:
    """What the token in a secret address stands for. Raises NotFound for None: the token was not made here."""
    if content is None:
        raise NotFound(_("There is no such page. Please use the whole address that you were given."))
    return content


def reader_page(template: str, status: int = 200, /, **values: Any) -> Response:
    """One page as a response."""
    locale = get_locale()
    html = render_template(
        template, style=style(CSS), language=str(locale or "en").replace("_", "-"), direction=locale.text_direction if locale else "ltr",
        _=_, ngettext=ngettext, moment=moment, **values,
    )  # fmt: skip
    response = Response(html, status, content_type="text/html; charset=utf-8")
    response.headers["Content-Security-Policy"] = (
        f"default-src 'none'; style-src {csp_hash(CSS)}; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    )
    response.headers["Content-Language"] = str(locale or "en")
    response.headers["Cache-Control"] = "no-store"
    # The address of a status page is a secret.
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response
