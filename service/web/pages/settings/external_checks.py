"""The external checks page: which services are called, what they receive, their request limits and failures."""

from dataclasses import dataclass
from typing import Any

from flask import request
from werkzeug.wrappers import Response as AnyResponse

from service.actions.sites.external_checks import ExternalCheckSettings, remove_external_check, set_external_check
from service.clock import utcnow
from service.domain.errors import Invalid
from service.domain.external_checks import EXTERNAL_CHECKS, external_checks
from service.domain.external_checks.contract import ExternalCheck, Needs
from service.store.sites.external_checks import external_checks_of
from service.store.tables.accounts import Role
from service.store.tables.external_checks import BREAKER, AskWhen, ExternalCheckRow, IfNoAnswer
from service.web.auth.sessions import site_id, with_role
from service.web.http.i18n import _
from service.web.pages.blueprint import bp, page, redirect_to
from service.web.pages.error_text import error_text
from service.web.resources.web_resources import resources


@dataclass(frozen=True, slots=True)
class ExternalCheckView:
    """One available external check, with this site's settings for it, if any."""

    name: str
    check: ExternalCheck
    title: str
    sends: str
    row: ExternalCheckRow | None
    typed: dict[str, str]


@bp.get("/settings/external-checks")
@with_role(Role.ADMIN)
def external_checks_page() -> AnyResponse:
    return _render()


@bp.post("/settings/external-checks")
@with_role(Role.ADMIN)
def change_external_check() -> AnyResponse:
    """Apply one button: save (which enables the check), off, or remove."""
    name, act, new_secret = request.form.get("name", ""), request.form.get("act", ""), ""
    try:
        with resources().database.writing() as session:
            if act == "remove":
                remove_external_check(session, site_id(), name)
            else:
                new_secret = set_external_check(
                    session,
                    site_id(),
                    name,
                    _form_settings(act),
                    secret_box=resources().secret_box,
                    now=utcnow(),
                    allow=resources().settings.webhook_allow,
                )
    except Invalid as error:
        return _render(422, fault=error_text(error), typed={name: dict(request.form)})
    if new_secret:
        return _render(201, secret=new_secret)
    return redirect_to("pages.external_checks_page", site=site_id(), done="removed" if act == "remove" else "saved")


def _form_settings(act: str) -> ExternalCheckSettings:
    if act == "off":
        return ExternalCheckSettings(enabled=False)
    if act != "save":
        raise Invalid.field("/act", "unknown", "expected save, off or remove")
    given = {name: request.form.get(name, "").strip() for name in ("url", "model", "ask_when", "if_no_answer")}
    return ExternalCheckSettings(
        **{name: value for name, value in given.items() if name in request.form},
        secret=request.form.get("secret", "").strip(),
        timeout=_number("timeout"),
        requests_per_day=int(_number("requests_per_day")),
        requests_per_month=int(_number("requests_per_month")),
        enabled=True,
    )


def _number(name: str) -> float:
    text = request.form.get(name, "").strip()
    digits = text.replace(".", "", 1) if name == "timeout" else text
    if not (digits.isascii() and digits.isdecimal() and len(digits) <= 9):
        raise Invalid.field(f"/{name}", "not_a_number", _("Enter a number, not “%(value)s”.", value=text[:20]))
    return float(text)


def _render(
    status: int = 200, *, fault: str = "", secret: str = "", typed: dict[str, dict[str, str]] | None = None
) -> AnyResponse:
    with resources().database.reading() as session:
        rows = {row.name: row for row in external_checks_of(session, site_id())}
    words = _labels()
    checks = [
        ExternalCheckView(name, check, *words.get(name, (check.title, check.sends)), rows.get(name), (typed or {}).get(name, {}))
        for name, check in external_checks().items()
    ]
    done = request.args.get("done", "")
    return page("external_checks.html", status, checks=checks, needs=Needs, breaker=BREAKER, ask_when=_ask_when(), if_no_answer=_if_no_answer(),
                today=f"{utcnow():%Y-%m-%d}", fault=fault, secret=secret, done=done)  # fmt: skip


def _labels() -> dict[str, tuple[str, str]]:
    """Translated titles and descriptions of the built-in checks. Checks of other packages bring their own texts."""
    akismet, moderation, own = EXTERNAL_CHECKS
    return {
        akismet: ("Akismet", _("Sent: the comment text and its language, the author's name and website, the article's address, the referring page and the browser's name. E-mail and IP addresses are never sent.")),
        moderation: (_("OpenAI-compatible moderation API"), _("Only the comment text is sent.")),
        own: (_("Your own API"), _("Sent, and signed: the comment text, its language, the author's id, name and website and whether your site has verified them, and the article's id, address and title.")),
    }  # fmt: skip


def _ask_when() -> dict[str, Any]:
    return {
        AskWhen.UNSURE: _("Only comments that our own checks are unsure about"),
        AskWhen.ALL: _("All comments that our own checks do not reject"),
    }


def _if_no_answer() -> dict[str, Any]:
    return {
        IfNoAnswer.HOLD: _("Hold comments that our own checks are unsure about"),
        IfNoAnswer.PUBLISH: _("Decide without it"),
    }
