"""The charts page: statistics by day, each as a chart with its table."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import flask_babel
from babel.dates import format_skeleton
from flask import request
from werkzeug.wrappers import Response as AnyResponse

from service.store.reports.daily_statistics import Statistics
from service.store.reports.daily_statistics import days as counted_days
from service.store.tables.accounts import Role
from service.web.auth.sessions import site_id, with_role
from service.web.http.i18n import _
from service.web.pages.blueprint import bp, page
from service.web.pages.queue import reason_text
from service.web.pages.reports import line_chart as plots
from service.web.pages.reports.line_chart import Plot, Series, line_chart
from service.web.resources.web_resources import resources

SPANS = (7, 14, 30)
#: A reason is highlighted if moderators overruled at least this share of its cases, and it had at least this many cases.
OFTEN, ENOUGH = 0.5, 10


@dataclass(frozen=True, slots=True)
class Chart:
    """One chart: its title, a sentence on the current numbers, the plot, and the same numbers as a table."""

    id: str
    title: str
    summary: str
    plot: Plot
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Overruled:
    """How often moderators approved comments that were held for one reason."""

    code: str
    name: str
    held: int
    passed: int

    @property
    def share(self) -> float:
        return self.passed / self.held

    @property
    def often(self) -> bool:
        return self.held >= ENOUGH and self.share >= OFTEN


@bp.get("/charts")
@with_role(Role.VIEWER)
def charts() -> AnyResponse:
    span = next((n for n in SPANS if str(n) == request.args.get("days")), 14)
    today = datetime.now(UTC).date()
    days = [today - timedelta(days=n) for n in reversed(range(span))]
    with resources().database.reading() as session:
        rows = counted_days(session, site_id(), since=days[0]) if site_id() else []
    by_day = {row.day: Statistics.read(row.statistics) for row in rows}
    numbers = [by_day.get(day.isoformat(), Statistics()) for day in days]
    busy = any(one.received or one.decided or any(held for _at, held, _age in one.queue) for one in numbers)
    return page(
        "charts.html",
        span=span,
        spans=SPANS,
        counted_at=max((row.counted_at for row in rows), default=None),
        charts=[make(days, numbers) for make in (_depth, _oldest, _verdict, _decision, _share, _undone)] if busy else [],
        overruled=_overruled(numbers),
        box=plots,
    )


def _depth(days: Sequence[date], numbers: Sequence[Statistics]) -> Chart:
    points = [(n + at / 86400, float(held)) for n, one in enumerate(numbers) for at, held, _age in one.queue]
    drawn = line_chart([Series(_("Held comments"), "first", points)], days, written=_number, day=_day)
    rows = [(_day(d), _number(max(held for _at, held, _age in one.queue))) for d, one in _newest(days, numbers) if one.queue]
    summary = _("%(number)s held when last counted.", number=_number(points[-1][1])) if points else ""
    return Chart("depth", _("Held comments"), summary, drawn, (_("Day"), _("Peak")), tuple(rows))


def _oldest(days: Sequence[date], numbers: Sequence[Statistics]) -> Chart:
    points = [(n + at / 86400, age) for n, one in enumerate(numbers) for at, _held, age in one.queue]
    drawn = line_chart([Series(_("Age of the oldest"), "second", points)], days, written=_time, day=_day, times=True)
    rows = [(_day(d), _time(max(age for _at, _held, age in one.queue))) for d, one in _newest(days, numbers) if one.queue]
    summary = _("Waiting for %(time)s.", time=_time(points[-1][1])) if points and points[-1][1] else ""
    return Chart("oldest", _("Oldest held comment"), summary, drawn, (_("Day"), _("Longest wait")), tuple(rows))


def _verdict(days: Sequence[date], numbers: Sequence[Statistics]) -> Chart:
    times = [one.to_verdict for one in numbers]
    return _times("verdict", _("Time to automatic check"), days, times)


def _decision(days: Sequence[date], numbers: Sequence[Statistics]) -> Chart:
    times = [one.to_decision for one in numbers]
    return _times("decision", _("Time to decision"), days, times)


def _times(name: str, title: str, days: Sequence[date], times: Sequence[tuple[float, ...]]) -> Chart:
    half, most = _("Median"), _("95th percentile")
    series = [
        Series(label, style, [(n + 0.5, t[which] if t else None) for n, t in enumerate(times)])
        for which, label, style in ((1, most, "second"), (0, half, "first"))
    ]
    drawn = line_chart(series, days, written=_time, day=_day, times=True)
    rows = [(_day(d), *(map(_time, t) if t else ("–", "–"))) for d, t in reversed(list(zip(days, times, strict=True)))]
    latest = next((t for t in reversed(times) if t), None)
    summary = (
        _("Recently: half within %(half)s, 95%% within %(most)s.", half=_time(latest[0]), most=_time(latest[1])) if latest else ""
    )
    return Chart(name, title, summary, drawn, (_("Day"), half, most), tuple(rows))


def _share(days: Sequence[date], numbers: Sequence[Statistics]) -> Chart:
    settled = [sum(one.by_policy.values()) for one in numbers]
    alone = [number - one.by_policy.get("held", 0) for number, one in zip(settled, numbers, strict=True)]
    parts = [(n + 0.5, a / s if s else None) for n, (a, s) in enumerate(zip(alone, settled, strict=True))]
    drawn = line_chart([Series(_("Decided automatically"), "first", parts)], days, written=_percent, day=_day, most=1.0)
    rows = [
        (_day(d), _number(s), _number(a), _percent(a / s) if s else "–")
        for d, a, s in reversed(list(zip(days, alone, settled, strict=True)))
    ]
    whole = sum(settled)
    summary = _("%(share)s of comments in this period.", share=_percent(sum(alone) / whole)) if whole else ""
    columns = (_("Day"), _("Comments"), _("Automatic"), _("Share"))
    return Chart("share", _("Decided automatically"), summary, drawn, columns, tuple(rows))


def _undone(days: Sequence[date], numbers: Sequence[Statistics]) -> Chart:
    parts = [(n + 0.5, min(one.undone / one.decided, 1.0) if one.decided else None) for n, one in enumerate(numbers)]
    highest = max((share for _at, share in parts if share is not None), default=0.0)
    most = next(m for m in (0.1, 0.25, 0.5, 1.0) if highest <= m)
    drawn = line_chart([Series(_("Undone"), "second", parts)], days, written=_percent, day=_day, most=most)
    rows = [
        (_day(d), _number(one.decided), _number(one.undone), _percent(one.undone / one.decided) if one.decided else "–")
        for d, one in _newest(days, numbers)
    ]
    decided, undone = sum(one.decided for one in numbers), sum(one.undone for one in numbers)
    summary = _("%(undone)s of %(decided)s", undone=_number(undone), decided=_number(decided)) if decided else ""
    return Chart(
        "undone", _("Undone decisions"), summary, drawn, (_("Day"), _("Decisions"), _("Undone"), _("Share")), tuple(rows)
    )


def _overruled(numbers: Sequence[Statistics]) -> list[Overruled]:
    by_code: dict[str, Overruled] = {}
    for one in numbers:
        for code, (held, passed) in one.reasons.items():
            before = by_code.get(code, Overruled(code, reason_text.name_of(code), 0, 0))
            by_code[code] = Overruled(code, before.name, before.held + held, before.passed + passed)
    return sorted(by_code.values(), key=lambda one: (-one.often, -one.passed, one.code))


def _newest(days: Sequence[date], numbers: Sequence[Statistics]) -> list[tuple[date, Statistics]]:
    return list(reversed(list(zip(days, numbers, strict=True))))


def _number(value: float) -> str:
    return str(flask_babel.format_decimal(round(value, 1) if value < 10 and value % 1 else round(value)))


def _percent(share: float) -> str:
    return str(flask_babel.format_percent(share))


def _time(seconds: float) -> str:
    """A time in the largest unit that fits: "1.5 s", "20 min", "3 h"."""
    for unit, size in ((_("d"), 86400), (_("h"), 3600), (_("min"), 60)):
        if seconds >= size:
            return f"{_number(seconds / size)} {unit}"
    unit = _("s")
    return f"{flask_babel.format_decimal(round(seconds, 2 if seconds < 1 else 1))} {unit}"


def _day(day: date) -> str:
    return str(format_skeleton("MMMd", datetime(day.year, day.month, day.day, tzinfo=UTC), locale=flask_babel.get_locale()))
