"""The figures of the charts page as CSV files: the same numbers, with times in seconds and shares from 0 to 1."""

from collections.abc import Iterable, Iterator, Sequence

from service.web.http.csv_export import csv_line
from service.web.pages.reports.daily_charts import automatic
from service.web.pages.reports.period import Period
from service.web.pages.reports.work_tables import Overruled, WorkRow

_WORK = ("decisions", "median_seconds", "compared", "agreed", "agreement", "overruled", "undone")
_DAY = (
    "day", "most_held", "longest_wait_seconds", "check_median_seconds", "check_p95_seconds", "decision_median_seconds",
    "decision_p95_seconds", "comments", "automatic", "automatic_share", "decisions", "undone", "undone_share",
)  # fmt: skip


def days_csv(period: Period) -> Iterator[str]:
    """One line for each day that was counted, newest first."""
    yield csv_line(_DAY)
    for day, one in period.counted:
        judged, alone = automatic(one)
        held = (
            (max(held for _at, held, _age in one.queue), max(age for _at, _held, age in one.queue)) if one.queue else (None, None)
        )
        yield _line(
            day.isoformat(), *held, *(one.to_verdict or (None, None)), *(one.to_decision or (None, None)), judged, alone,
            _share(alone, judged), one.decided, one.undone, _share(one.undone, one.decided),
        )  # fmt: skip


def work_csv(name: str, rows: Iterable[WorkRow]) -> Iterator[str]:
    """One line for each moderator or hour, as in the table. `name` is the heading of the first column."""
    yield csv_line((name, *_WORK))
    for row in rows:
        work = row.work
        median = round(work.median_seconds) if work.median_seconds is not None else None
        share = round(row.agreement, 4) if row.agreement is not None else None
        yield _line(row.name, work.decided, median, work.compared, work.agreed, share, work.overruled, work.undone)


def reasons_csv(rows: Sequence[Overruled]) -> Iterator[str]:
    yield csv_line(("code", "reason", "decided", "approved", "share"))
    for row in rows:
        yield _line(row.code, row.name, row.held, row.passed, _share(row.passed, row.held))


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def _line(*cells: str | float | None) -> str:
    return csv_line(["" if cell is None else str(cell) for cell in cells])
