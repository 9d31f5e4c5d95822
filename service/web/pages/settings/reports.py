"""The settings page for reports: when they hold a comment, trusted flaggers, and the statement of reasons for each rejection reason."""

import io
import zipfile

from flask import Response, request
from werkzeug.wrappers import Response as AnyResponse

from service.actions.reported.report_settings import set_grounds, set_report_rules
from service.clock import utcnow
from service.domain.errors import Invalid
from service.domain.reported.statement_text import LANGUAGES as STATEMENT_LANGUAGES
from service.store.reports.transparency import transparency
from service.store.reports.transparency_csv import report_files
from service.store.sites.sites import policy_of, site
from service.store.tables.accounts import Role
from service.store.tables.sites import Site
from service.web.auth.sessions import site_id, with_role
from service.web.http.i18n import _
from service.web.pages.blueprint import LANGUAGES, bp, page, redirect_to
from service.web.pages.error_text import error_text
from service.web.pages.queue.rejection_reasons import rejections
from service.web.pages.reported import report_text
from service.web.resources.web_resources import resources


@bp.get("/settings/reports")
@with_role(Role.ADMIN)
def report_settings() -> AnyResponse:
    return _render()


@bp.post("/settings/reports")
@with_role(Role.ADMIN)
def change_report_settings() -> AnyResponse:
    form = request.form
    hold_from = form.get("hold_from", "").strip()
    try:
        if hold_from and not (hold_from.isascii() and hold_from.isdecimal() and len(hold_from) < 6):
            raise Invalid.field("/hold_from", "not_a_number", _("Expected a whole number, or nothing."))
        with resources().database.writing() as session:
            set_report_rules(
                session, site_id(), hold_from=int(hold_from or 0), keep=form.getlist("keep"), name=form.get("name", ""),
                email=form.get("email", "").strip(), pseudonyms=resources().pseudonyms,
                mails_readers="mails_readers" in form if resources().settings.sends_mail else None,
                mails_authors="mails_authors" in form if resources().settings.sends_mail else None,
            )  # fmt: skip
    except Invalid as error:
        return _render(422, fault=error_text(error))
    return redirect_to("pages.report_settings", site=site_id(), done="rules")


@bp.post("/settings/reports/grounds")
@with_role(Role.ADMIN)
def change_grounds() -> AnyResponse:
    form = request.form
    given = {
        code: {
            "ground": form.get(f"ground-{code}", ""),
            "law": form.get(f"law-{code}", ""),
            "texts": {language: form.get(f"text-{code}-{language}", "") for language in _languages()},
        }
        for code in form.getlist("code")[:9]
    }
    try:
        with resources().database.writing() as session:
            set_grounds(session, site_id(), given)
    except Invalid as error:
        return _render(422, fault=error_text(error))
    return redirect_to("pages.report_settings", site=site_id(), done="grounds")


@bp.get("/settings/reports/yearly.zip")
@with_role(Role.ADMIN)
def yearly_report() -> AnyResponse:
    """The transparency report of a year as CSV files in a ZIP file."""
    year = request.args.get("year", "")
    if not (year.isascii() and year.isdigit() and len(year) == 4 and year[0] == "2"):
        raise Invalid.field("query:year", "range", "expected a year like 2026")
    with resources().database.reading() as session:
        figures = transparency(session, session.get_one(Site, site_id()), int(year))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in report_files(figures, published=utcnow().date()).items():
            file.writestr(name, content)
    response = Response(packed.getvalue(), mimetype="application/zip")
    response.headers["Content-Disposition"] = f'attachment; filename="transparency-{site_id()}-{year}.zip"'
    return response


def _languages() -> dict[str, str]:
    """The languages in which a statement can be written, by code."""
    return {code: name for code, name in LANGUAGES.items() if code in STATEMENT_LANGUAGES}


def _render(status: int = 200, *, fault: str = "") -> AnyResponse:
    with resources().database.reading() as session:
        here = site(session, site_id())
    policy = policy_of(here)
    reasons = rejections(here)
    return page(
        "report_settings.html", status, policy=policy, reasons=reasons, grounds={one.code: policy.ground(one.code) for one in reasons},
        statement_languages=_languages(), ground_names=report_text.ground_names(), fault=fault, done=request.args.get("done", ""),
    )  # fmt: skip
