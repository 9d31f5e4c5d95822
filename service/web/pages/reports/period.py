"""The period of the charts: the statistics of its days, and how its numbers, times and days are written."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

import flask_babel
from babel.dates import format_skeleton
from babel.numbers import format_decimal, format_percent

from service.store.reports.daily_statistics import Statistics
from service.store.tables.daily_statistics import DailyStatistics
from service.web.http.i18n import _

#: The periods to choose from, in days up to today.
SPANS = (1, 7, 14, 30, 90, 365)
USUAL = 14
#: A longer period is drawn with one point a day.
DETAILED = 30
#: Figures of today that are older are called out of date. They are counted every few minutes.
FRESH = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Period:
    """The days of a period, oldest first, and the statistics of those that were counted. `counted_at`: the last count of the site,
    perhaps before the period."""

    days: Sequence[date]
    by_day: dict[date, Statistics]
    counted_at: datetime | None
    #: How numbers are written: asked once, because a year has thousands of them.
    locale: str
    units: tuple[tuple[int, str], ...]

    @classmethod
    def of(cls, days: Sequence[date], rows: Sequence[DailyStatistics], counted_at: datetime | None) -> "Period":
        by_day = {date.fromisoformat(row.day): Statistics.read(row.statistics) for row in rows}
        units = ((86400, _("d")), (3600, _("h")), (60, _("min")), (0, _("s")))
        return cls(days, by_day, counted_at, str(flask_babel.get_locale() or "en"), units)

    @property
    def span(self) -> int:
        return len(self.days)

    @property
    def counted(self) -> list[tuple[date, Statistics]]:
        """The days that were counted, newest first."""
        return [(day, self.by_day[day]) for day in reversed(self.days) if day in self.by_day]

    @property
    def busy(self) -> bool:
        """Whether a comment came, was decided or was held."""
        return any(one.received or one.decided or any(held for _at, held, _age in one.queue) for one in self.by_day.values())

    @property
    def begins(self) -> date | None:
        """The first day that was counted, if the period begins earlier."""
        first = min(self.by_day, default=None)
        return first if first and first > self.days[0] else None

    def is_stale(self, now: datetime) -> bool:
        return self.counted_at is not None and now - self.counted_at > FRESH

    def points(self, value: Callable[[Statistics], float | None]) -> list[tuple[float, float | None]]:
        """A value for each day, in the middle of the day; None for a day without it."""
        numbers = [self.by_day.get(day) for day in self.days]
        return [(n + 0.5, value(one) if one else None) for n, one in enumerate(numbers)]

    def moments(self, value: Callable[[int, float], float]) -> list[tuple[float, float | None]]:
        """A value for each time at which the queue was measured, of the number of held comments and the age of the oldest; in a
        long period, the highest value of each day. A day that was not counted leaves a gap."""
        if self.span > DETAILED:
            return self.points(lambda one: max((value(held, age) for _at, held, age in one.queue), default=None))
        points: list[tuple[float, float | None]] = []
        for n, day in enumerate(self.days):
            one = self.by_day.get(day)
            points += [(n + at / 86400, value(held, age)) for at, held, age in one.queue] if one else [(float(n), None)]
        return points

    def number(self, value: float) -> str:
        return _decimal(round(value, 1) if value < 10 and value % 1 else round(value), self.locale)

    def percent(self, share: float) -> str:
        return _percent(round(share, 3 if share < 0.1 else 2), self.locale)

    def duration(self, seconds: float) -> str:
        """A time in the largest unit that fits: "1.5 s", "20 min", "3 h"."""
        size, unit = next((size, unit) for size, unit in self.units if seconds >= size)
        if size:
            return f"{self.number(seconds / size)} {unit}"
        return f"{_decimal(round(seconds, 2 if seconds < 1 else 1), self.locale)} {unit}"

    def day_name(self, day: date) -> str:
        return _day_name(day, "MMMd", self.locale)

    def axis_name(self, day: date) -> str:
        """The name of a day below a chart. In a long period, that of its month."""
        return _day_name(day, "yMMM" if self.span > 90 else "MMMd", self.locale)


def period_of(days: str) -> int:
    """The number of days that a query names; another number than those to choose from means the usual one."""
    return next((n for n in SPANS if str(n) == days), USUAL)


def days_until(today: date, span: int) -> list[date]:
    return [today - timedelta(days=n) for n in reversed(range(span))]


def span_names() -> dict[int, str]:
    """The names of the periods, by their number of days."""
    return {
        1: _("Today"),
        7: _("7 days"),
        14: _("14 days"),
        30: _("30 days"),
        90: _("90 days"),
        365: _("One year"),
    }


@lru_cache(maxsize=10_000)
def _decimal(value: float, locale: str) -> str:
    return str(format_decimal(value, locale=locale))


@lru_cache(maxsize=1_000)
def _percent(share: float, locale: str) -> str:
    return str(format_percent(share, locale=locale, decimal_quantization=False))


@lru_cache(maxsize=2_000)
def _day_name(day: date, skeleton: str, locale: str) -> str:
    return str(format_skeleton(skeleton, datetime(day.year, day.month, day.day, tzinfo=UTC), locale=locale))
