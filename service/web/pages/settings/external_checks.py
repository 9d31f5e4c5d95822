"""The page of outside checks: who else is asked, what leaves the machine for that, what it costs, and whether it answers."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from flask import request
from werkzeug.wrappers import Response as AnyResponse

from service.actions.sites.external_checks import ExternalCheckSettings, remove_external_check, set_external_check
from service.domain.errors import Invalid
from service.domain.external_checks import EXTERNAL_CHECKS, external_checks
from service.domain.external_checks.contract import ExternalCheck, Needs
from service.domain.security.encryption import SecretBox
from service.store.sites.external_checks import external_checks_of
from service.store.tables.accounts import Role
from service.store.tables.external_checks import BREAKER, AskWhen, ExternalCheckRow, Unanswered
from service.web.auth.sessions import site_id, with_role
from service.web.http.i18n import _
from service.web.pages.blueprint import bp, page, redirect_to
from service.web.resources.web_resources import resources


@dataclass(frozen=True, slots=True)
class ExternalCheckView:
    """One check that could be asked, and how this site set it up, if it did."""

    name: str
    check: ExternalCheck
    title: str
    sends: str
    row: ExternalCheckRow | None
    typed: dict[str, str]


@bp.get("/settings/outside")
@with_role(Role.ADMIN)
def external_checks_page() -> AnyResponse:
    return _shown()


@bp.post("/settings/outside")
@with_role(Role.ADMIN)
def change_external_check() -> AnyResponse:
    """One button, one act: save (which switches on), off, or remove."""
    name, act, made = request.form.get("name", ""), request.form.get("act", ""), ""
    try:
        with resources().database.writing() as session:
            if act == "remove":
                remove_external_check(session, site_id(), name)
            else:
                made = set_external_check(
                    session, site_id(), name, _wanted(act), seal=_seal(), now=_now(), allow=resources().settings.webhook_allow
                )
    except Invalid as error:
        return _shown(422, fault=error.detail, typed={name: dict(request.form)})
    if made:
        return _shown(201, secret=made)
    return redirect_to("pages.external_checks_page", site=site_id(), done="removed" if act == "remove" else "saved")


def _wanted(act: str) -> ExternalCheckSettings:
    if act == "off":
        return ExternalCheckSettings(enabled=False)
    if act != "save":
        raise Invalid.field("/act", "unknown", "expected save, off or remove")
    given = {name: request.form.get(name, "").strip() for name in ("address", "model", "asks", "unanswered")}
    return ExternalCheckSettings(
        **{name: value for name, value in given.items() if name in request.form},
        secret=request.form.get("secret", "").strip(),
        seconds=_number("seconds"),
        per_day=int(_number("per_day")),
        per_month=int(_number("per_month")),
        enabled=True,
    )


def _number(name: str) -> float:
    text = request.form.get(name, "").strip()
    digits = text.replace(".", "", 1) if name == "seconds" else text
    if not (digits.isascii() and digits.isdecimal() and len(digits) <= 9):
        raise Invalid.field(f"/{name}", "not_a_number", _("Expected a number, not “%(value)s”.", value=text[:20]))
    return float(text)


def _shown(
    status: int = 200, *, fault: str = "", secret: str = "", typed: dict[str, dict[str, str]] | None = None
) -> AnyResponse:
    with resources().database.reading() as session:
        rows = {row.name: row for row in external_checks_of(session, site_id())}
    words = _words()
    checks = [
        ExternalCheckView(name, check, *words.get(name, (check.title, check.sends)), rows.get(name), (typed or {}).get(name, {}))
        for name, check in external_checks().items()
    ]
    done = request.args.get("done", "")
    return page("outside.html", status, checks=checks, needs=Needs, breaker=BREAKER, asks=_asks(), unanswered=_unanswered(),
                today=f"{_now():%Y-%m-%d}", fault=fault, secret=secret, done=done)  # fmt: skip


def _words() -> dict[str, tuple[str, str]]:
    """Ours in the reader's language; those of other packages say what they say."""
    akismet, moderation, own = EXTERNAL_CHECKS
    return {
        akismet: ("Akismet", _("Sent: the text and its language, the author's name and website, the page's address, the page that led there and the browser's name. Never a mail or network address.")),
        moderation: (_("Moderation endpoint, as OpenAI's"), _("Sent: the text, and nothing else.")),
        own: (_("Own check by HTTP"), _("Sent, and signed: the text, its language, the author's id, name and website and whether your host vouches for them, and the page's id, address and title.")),
    }  # fmt: skip


def _asks() -> dict[str, Any]:
    return {
        AskWhen.UNSURE: _("Only what our own checks are unsure of"),
        AskWhen.ALL: _("Everything that our own checks do not reject"),
    }


def _unanswered() -> dict[str, Any]:
    return {
        Unanswered.HOLD: _("A person decides what our own checks are unsure of"),
        Unanswered.PUBLISH: _("As if nobody had been asked"),
    }


def _seal() -> SecretBox:
    return SecretBox.from_secret(resources().settings.secret)


def _now() -> datetime:
    return datetime.now(UTC)
