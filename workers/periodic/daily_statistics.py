"""Tally: every few minutes each site's present day is counted for the charts, and once those that are over."""

import logging
import time
from datetime import UTC, date, datetime, timedelta

from service.actions.lifecycle.daily_statistics import store_statistics
from service.store.db.engine import Database
from service.store.reports.daily_statistics import Statistics, days, sites_to_count, statistics_of
from service.store.tables.daily_statistics import DailyStatistics

log = logging.getLogger("greenroom.tally")

#: How old the numbers of today may get, and how many days the charts show.
EVERY = timedelta(minutes=3)
DAYS = 30


def count_days(database: Database, *, now: datetime | None = None, seconds: float = 5.0) -> int:
    """Count what is due, until the time is used up: the sweep has more to do. Returns how many days were counted.

    Nothing is locked meanwhile, and each day is a transaction of its own.
    """
    now, until = now or datetime.now(UTC), time.monotonic() + seconds
    with database.reading() as session:
        due = sites_to_count(session, now.date(), before=now - EVERY)
    counted = sum(_count_site(database, site_id, now, until) for site_id in due)
    if counted:
        log.info("days_counted", extra={"sites": len(due), "days": counted})
    return counted


def _count_site(database: Database, site_id: str, now: datetime, until: float) -> int:
    """Today last: whoever finds it counted knows that the days before are."""
    first = now.date() - timedelta(days=DAYS - 1)
    with database.reading() as session:
        known = {date.fromisoformat(row.day): row for row in days(session, site_id, since=first)}
    due = [day for n in range(DAYS) if not _final(known.get(day := first + timedelta(days=n)))]
    for number, day in enumerate(due):
        if time.monotonic() > until:
            return number
        _count_day(database, site_id, day, known.get(day), now)
    return len(due)


def _count_day(database: Database, site_id: str, day: date, known: DailyStatistics | None, now: datetime) -> None:
    before = Statistics.read(known.numbers) if known else None
    with database.reading() as session:
        numbers = statistics_of(session, site_id, day, now=now, known=before)
    with database.writing() as session:
        store_statistics(session, site_id, day, numbers, now=now)


def _final(row: DailyStatistics | None) -> bool:
    return row is not None and row.counted_at >= datetime.combine(
        date.fromisoformat(row.day) + timedelta(days=1), datetime.min.time(), tzinfo=UTC
    )
