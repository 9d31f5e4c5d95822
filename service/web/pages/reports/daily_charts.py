"""The charts by day: each has a plot, a sentence on the current numbers, and the same numbers as a table."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from service.store.reports.daily_statistics import HeldNow, Statistics
from service.web.http.i18n import _, count
from service.web.pages.reports.line_chart import Plot, Series, line_chart
from service.web.pages.reports.period import Period

NOTHING = "–"


@dataclass(frozen=True, slots=True)
class Chart:
    """One chart: its title, a sentence on the current numbers, the plot, and the same numbers as a table."""

    id: str
    title: str
    summary: str
    plot: Plot
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def daily_charts(period: Period, held: HeldNow, now: datetime) -> list[Chart]:
    return [
        _depth(period, held),
        _oldest(period, held, now),
        _times("verdict", _("Time to automatic check"), period, lambda one: one.to_verdict),
        _times("decision", _("Time to decision"), period, lambda one: one.to_decision),
        _share(period),
        _undone(period),
    ]


def automatic(one: Statistics) -> tuple[int, int]:
    """How many comments the checks judged on a day, and how many of these they decided alone."""
    judged = sum(one.by_policy.values())
    return judged, judged - one.by_policy.get("held", 0)


def _depth(period: Period, held: HeldNow) -> Chart:
    series = [Series(_("Held comments"), "first", period.moments(lambda held, _age: float(held)))]
    drawn = line_chart(series, period.days, written=period.number, day=period.axis_name, whole=True)
    rows = [
        (period.day_name(d), period.number(max(held for _at, held, _age in one.queue))) for d, one in period.counted if one.queue
    ]
    summary = _("%(number)s held now.", number=count(held.number))
    return Chart("depth", _("Held comments"), summary, drawn, (_("Day"), _("Peak")), tuple(rows))


def _oldest(period: Period, held: HeldNow, now: datetime) -> Chart:
    series = [Series(_("Age of the oldest"), "second", period.moments(lambda _held, age: age))]
    drawn = line_chart(series, period.days, written=period.duration, day=period.axis_name, times=True)
    rows = [
        (period.day_name(d), period.duration(max(age for _at, _held, age in one.queue))) for d, one in period.counted if one.queue
    ]
    age = (now - held.oldest).total_seconds() if held.oldest else 0.0
    summary = _("Waiting for %(time)s.", time=period.duration(age)) if held.oldest else _("Nothing is held now.")
    return Chart("oldest", _("Oldest held comment"), summary, drawn, (_("Day"), _("Longest wait")), tuple(rows))


def _times(name: str, title: str, period: Period, times: Callable[[Statistics], tuple[float, ...]]) -> Chart:
    half, most = _("Median"), _("95th percentile")
    series = [
        Series(most, "second", period.points(lambda one: times(one)[1] if times(one) else None)),
        Series(half, "first", period.points(lambda one: times(one)[0] if times(one) else None)),
    ]
    drawn = line_chart(series, period.days, written=period.duration, day=period.axis_name, times=True)
    counted = [(d, times(one)) for d, one in period.counted]
    rows = [(period.day_name(d), *(map(period.duration, t) if t else (NOTHING, NOTHING))) for d, t in counted]
    day, latest = next(((d, t) for d, t in counted if t), (None, ()))
    summary = (
        _(
            "%(day)s: half within %(half)s, 95%% within %(most)s.",
            day=period.day_name(day),
            half=period.duration(latest[0]),
            most=period.duration(latest[1]),
        )
        if day
        else ""
    )
    return Chart(name, title, summary, drawn, (_("Day"), half, most), tuple(rows))


def _share(period: Period) -> Chart:
    points = period.points(lambda one: _ratio(*reversed(automatic(one))))
    drawn = line_chart(
        [Series(_("Decided automatically"), "first", points)], period.days, written=period.percent, day=period.axis_name, most=1.0
    )
    counted = [(d, *automatic(one)) for d, one in period.counted]
    rows = [
        (period.day_name(d), period.number(judged), period.number(alone), _percent(period, alone, judged))
        for d, judged, alone in counted
    ]
    judged, alone = sum(one[1] for one in counted), sum(one[2] for one in counted)
    summary = _("%(share)s of comments in this period.", share=period.percent(alone / judged)) if judged else ""
    columns = (_("Day"), _("Comments"), _("Automatic"), _("Share"))
    return Chart("share", _("Decided automatically"), summary, drawn, columns, tuple(rows))


def _undone(period: Period) -> Chart:
    points = period.points(lambda one: _ratio(min(one.undone, one.decided), one.decided))
    highest = max((share for _at, share in points if share is not None), default=0.0)
    most = next(m for m in (0.1, 0.25, 0.5, 1.0) if highest <= m)
    drawn = line_chart(
        [Series(_("Undone"), "second", points)], period.days, written=period.percent, day=period.axis_name, most=most
    )
    rows = [
        (period.day_name(d), period.number(one.decided), period.number(one.undone), _percent(period, one.undone, one.decided))
        for d, one in period.counted
    ]
    decided, undone = (sum(getattr(one, name) for _d, one in period.counted) for name in ("decided", "undone"))
    summary = _("%(undone)s of %(decided)s", undone=period.number(undone), decided=period.number(decided)) if decided else ""
    columns = (_("Day"), _("Decisions"), _("Undone"), _("Share"))
    return Chart("undone", _("Undone decisions"), summary, drawn, columns, tuple(rows))


def _ratio(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _percent(period: Period, part: int, whole: int) -> str:
    return period.percent(part / whole) if whole else NOTHING
