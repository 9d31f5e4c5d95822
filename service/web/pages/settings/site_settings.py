"""The settings page of a site: origins, rules, word and domain lists, languages, reasons for rejection, retention."""

from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from urllib.parse import quote

from flask import request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from service.actions.lifecycle.retention import set_retention
from service.actions.sites.site_settings import set_languages, set_name, set_origins, set_rejections, set_rules, set_time_zone
from service.clock import utcnow
from service.domain.errors import Invalid
from service.domain.policy.site_policy import LISTS
from service.domain.retention import LONGEST, Retention
from service.domain.time_zones import zones_by_region
from service.store.lifecycle.retention import COUNTED, count_of, personal_of, rejected_of
from service.store.sites.sites import policy_of, site
from service.store.sites.word_lists import lists_of
from service.store.tables.accounts import Role
from service.web.auth.sessions import site_id, with_role
from service.web.http.i18n import _
from service.web.http.json_body import MAX_BODY
from service.web.pages.blueprint import bp, page, redirect_to
from service.web.pages.error_text import error_text
from service.web.pages.queue.rejection_reasons import MOST, rejections
from service.web.resources.web_resources import resources

#: A longer list is changed by file.
MOST_IN_FIELD = 1_000


@bp.get("/settings")
@with_role(Role.ADMIN)
def settings() -> AnyResponse:
    return _render()


@bp.get("/settings/rules")
@bp.get("/settings/rejections")
@bp.get("/settings/retention")
@with_role(Role.ADMIN)
def back_to_settings() -> AnyResponse:
    """The addresses of the forms, typed or reloaded, lead to the page that has them."""
    return redirect_to("pages.settings", site=site_id())


@bp.post("/settings/rules")
@with_role(Role.ADMIN)
def change_rules() -> AnyResponse:
    request.max_content_length = request.max_form_memory_size = 3 * MAX_BODY
    # A list that is too long for the page has no field. It stays as it is.
    lists = {name: request.form[name].replace("\0", "").splitlines() for name in LISTS if name in request.form}
    languages = request.form.get("languages", "").replace("\0", "")
    origins = request.form["origins"].replace("\0", "").split() if "origins" in request.form else None
    zone, name = request.form.get("time_zone"), request.form.get("name")
    try:
        with resources().database.writing() as session:
            set_rules(
                session,
                site_id(),
                hold_everything=request.form.get("hold_everything") == "on",
                spam_waits=request.form.get("spam_waits") == "on",
                unread_waits=request.form.get("unread_waits") == "on",
                lists=lists,
            )
            set_languages(session, site_id(), languages)
            if origins is not None:
                set_origins(session, site_id(), origins)
            if zone is not None:
                set_time_zone(session, site_id(), zone)
            if name is not None:
                set_name(session, site_id(), name.replace("\0", ""))
    except Invalid as error:
        return _render(422, fault=error_text(error), typed=lists, languages=languages, origins=origins, zone=zone, name=name)
    return redirect_to("pages.settings", site=site_id(), done="rules")


@bp.post("/settings/rejections")
@with_role(Role.ADMIN)
def change_rejections() -> AnyResponse:
    form = request.form
    rows = zip(form.getlist("code"), form.getlist("label"), form.getlist("text"), strict=False)
    reasons = [{"code": code, "label": label, "text": text.replace("\0", "")} for code, label, text in rows if label.strip()]
    try:
        with resources().database.writing() as session:
            set_rejections(session, site_id(), reasons)
    except Invalid as error:
        return _render(422, fault=error_text(error))
    return redirect_to("pages.settings", site=site_id(), done="rejections")


@bp.post("/settings/retention")
@with_role(Role.ADMIN)
def change_retention() -> AnyResponse:
    """Save the days. If comments would be lost by it, the page first says how many, and asks. What is saved here takes effect on
    the next day (UTC), so that it can be taken back."""
    try:
        today = utcnow().date().isoformat()
        retention = Retention(rejected=_days("rejected"), personal=_days("personal"), ran=today)
        with resources().database.reading() as session:
            before = policy_of(site(session, site_id())).retention
            losses = _losses(session, before, retention)
        if losses and request.form.get("confirm") != "yes":
            return _render(asked=retention, losses=losses)
        with resources().database.writing() as session:
            set_retention(session, site_id(), retention)
    except Invalid as error:
        return _render(422, fault=error_text(error))
    was = {f"was_{name}": days for name in ("rejected", "personal") if (days := getattr(before, name))}
    return redirect_to("pages.settings", site=site_id(), done="retention", lost="yes" if losses else None, **was)


def _losses(session: Session, before: Retention, after: Retention) -> dict[str, tuple[int, int]]:
    """What shorter periods remove, by kind: how many comments at first, and how many within a week."""
    shorter = {
        name
        for name in ("rejected", "personal")
        if (days := getattr(after, name)) and days < (getattr(before, name) or LONGEST + 1)
    }
    return {name: numbers for name, numbers in _going(session, after).items() if name in shorter and numbers[1]}


def _days(name: str) -> int | None:
    """The number of days in a field, or None if it is empty. Raises Invalid."""
    given = request.form.get(name, "").strip()
    if not given:
        return None
    if not (given.isascii() and given.isdecimal() and len(given) < 6):
        raise Invalid.field(f"/{name}", "not_a_number", f"expected 1 to {LONGEST} days, or nothing")
    return int(given)


def _going(session: Session, kept: Retention) -> dict[str, tuple[int, int]]:
    """For each kind: how many comments the next sweep affects, and how many until a week from now."""
    now, numbers = utcnow(), {}
    conditions = (
        ("rejected", kept.rejected_before, partial(rejected_of, now=now)),
        ("personal", kept.personal_before, personal_of),
    )
    for name, before, which in conditions:
        if (today := before(now)) and (later := before(now + timedelta(days=7))):
            numbers[name] = (count_of(session, which(site_id(), today)), count_of(session, which(site_id(), later)))
    return numbers


def _render(
    status: int = 200,
    *,
    fault: str = "",
    typed: dict[str, list[str]] | None = None,
    languages: str | None = None,
    origins: list[str] | None = None,
    zone: str | None = None,
    name: str | None = None,
    asked: Retention | None = None,
    losses: dict[str, tuple[int, int]] | None = None,
) -> AnyResponse:
    with resources().database.reading() as session:
        this_site = site(session, site_id())
        kept = policy_of(this_site).retention
        going = _going(session, kept)
        kept_lists = lists_of(session, this_site)
    lists = {**kept_lists, **(typed or {})}
    pages = this_site.origins if origins is None and this_site else origins
    taken = ", ".join(policy_of(this_site).languages) if languages is None else languages
    return page(
        "settings.html", status, here=this_site, lists=lists, taken=taken, origins=pages, zones=zones_by_region(),
        zone=policy_of(this_site).time_zone if zone is None else zone, name=name, fault=fault, done=request.args.get("done", ""),
        rejections=rejections(this_site), most=MOST, kept=kept, going=going, counted=COUNTED, longest=LONGEST, asked=asked,
        losses=losses or {}, lost=request.args.get("lost", ""),
        was={name: value for name in ("rejected", "personal") if (value := request.args.get(f"was_{name}", "")).isdecimal()},
        long={name for name, entries in kept_lists.items() if _is_long(entries)}, script_words=_script_words(),
    )  # fmt: skip


def _is_long(entries: Sequence[str]) -> bool:
    """Whether a list is too long for a field of the page: the whole form has to fit into one request."""
    return len(entries) > MOST_IN_FIELD or len(quote("\n".join(entries))) > MAX_BODY // 2


def _script_words() -> dict[str, str]:
    """The texts of the script. It replaces each `{name}` by a value."""
    return {
        "sent": _("{n} entries so far"),
        "done": _("Saved: {n} entries. {m} lines were left out."),
        "refused": _("Line {number}, {text}: {reason}"),
        "failed": _("Not saved:"),
        "offline": _("you are offline. Choose the file again when you are back online."),
        "signed_out": _("your session has ended. Sign in again in another tab, then choose the file again."),
    }
