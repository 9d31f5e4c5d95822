"""The charts page: the figures of a period by day, by moderator, by hour of the day and by reason, also as CSV files."""

from dataclasses import dataclass
from datetime import datetime

from flask import Response, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from service.clock import utcnow
from service.domain.errors import Invalid
from service.domain.time_zones import first_zone
from service.store.moderation.decision_log import names_of
from service.store.reports.daily_statistics import days as counted_days
from service.store.reports.daily_statistics import held_now, last_count
from service.store.sites.sites import policy_of, site
from service.store.tables.accounts import Role
from service.web.auth.sessions import current_moderator_id, site_id, with_role
from service.web.http.downloads import csv_response
from service.web.pages.blueprint import bp, page
from service.web.pages.reports import line_chart as plots
from service.web.pages.reports.charts_csv import days_csv, reasons_csv, work_csv
from service.web.pages.reports.daily_charts import daily_charts
from service.web.pages.reports.period import Period, days_until, period_of, span_names
from service.web.pages.reports.work_tables import WorkRow, hour_rows, moderator_ids, moderator_rows, overruled_reasons
from service.web.resources.web_resources import resources


@dataclass(frozen=True, slots=True)
class _Figures:
    """The figures of a period, its tables of work, and the name of the time zone of the hours."""

    period: Period
    moderators: list[WorkRow]
    hours: list[WorkRow]
    zone: str


@bp.get("/charts")
@with_role(Role.VIEWER)
def charts() -> AnyResponse:
    now = utcnow()
    figures, held = resources().replica.read(lambda session: (_figures(session, now), held_now(session, site_id())))
    period = figures.period
    return page(
        "charts.html", period=period, spans=span_names(), stale=period.is_stale(now), zone=figures.zone,
        charts=daily_charts(period, held, now) if period.busy else [], overruled=overruled_reasons(period),
        tables={"moderators": figures.moderators, "hours": figures.hours}, box=plots,
    )  # fmt: skip


@bp.get("/charts.csv")
@with_role(Role.VIEWER)
def charts_csv() -> Response:
    """One table of the charts page, named by `table`, as a CSV file. Raises Invalid if there is no such table."""
    figures = resources().replica.read(lambda session: _figures(session, utcnow()))
    period = figures.period
    files = {
        "days": lambda: days_csv(period),
        "moderators": lambda: work_csv("moderator", figures.moderators),
        "hours": lambda: work_csv("hour", figures.hours),
        "reasons": lambda: reasons_csv(overruled_reasons(period)),
    }
    table = request.args.get("table", "days")
    if table not in files:
        raise Invalid.field("/table", "unknown", f"expected one of {', '.join(files)}, not {table[:40]!r}")
    name = f"{table}-{site_id()}-{period.days[0]}-to-{period.days[-1]}"
    return csv_response(files[table](), name=name, person=current_moderator_id())


def _figures(session: Session, now: datetime) -> _Figures:
    days = days_until(now.date(), period_of(request.args.get("days", "")))
    period = Period.of(days, counted_days(session, site_id(), since=days[0]), last_count(session, site_id()))
    zone = first_zone(policy_of(site(session, site_id())).time_zone)
    people = moderator_rows(period, names_of(session, moderator_ids(period)))
    return _Figures(period, people, hour_rows(period, zone), zone.key)
