"""Warn or suspend a reporter whose reports are often unfounded, and end a suspension."""

from datetime import timedelta

from flask import request
from werkzeug.wrappers import Response as AnyResponse

from service.actions.reported.sanction import end_suspension, suspend_reporter, warn_reporter
from service.clock import utcnow
from service.domain.errors import Conflict, Invalid
from service.jobs.names import Job
from service.store.tables.accounts import Role
from service.web.auth.sessions import site_id, with_role
from service.web.http.i18n import _
from service.web.pages.blueprint import bp, redirect_to, unchanged
from service.web.pages.error_text import error_text
from service.web.pages.queue.query_params import uuid
from service.web.pages.reported.reports import render_reported
from service.web.resources.web_resources import resources

#: How many days a suspension may last.
DAYS = ("7", "30", "90")


@bp.post("/queue/reported/reporter")
@with_role(Role.MODERATOR)
def sanction_reporter() -> AnyResponse:
    form, now = request.form, utcnow()
    act, report_id = form.get("act", ""), uuid(form.get("report", ""))
    if act == "":
        return unchanged()
    if report_id is None or act not in ("warn", "suspend", "end"):
        raise Invalid.field("/act", "unknown", "expected a report, and warn, suspend or end")
    try:
        with resources().database.writing() as session:
            if act == "warn":
                warn_reporter(session, site_id(), report_id, form.get("text", ""), now=now)
            elif act == "suspend":
                suspend_reporter(session, site_id(), report_id, form.get("text", ""), lasts=_length(), now=now)
            else:
                end_suspension(session, site_id(), report_id, now=now)
    except (Conflict, Invalid) as error:
        return render_reported(409 if isinstance(error, Conflict) else 422, faults=[error_text(error)])
    resources().notifier.notify(Job.DELIVER)
    return redirect_to("pages.reported", site=site_id(), done=f"reporter_{act}")


def _length() -> timedelta:
    days = request.form.get("days", "")
    if days not in DAYS:
        raise Invalid.field("/days", "missing", _("Choose for how long."))
    return timedelta(days=int(days))
