"""Daily statistics for the charts: counts today every few minutes for each site, and each past day once."""

import logging
import time
from datetime import UTC, date, datetime, timedelta

from service.actions.lifecycle.daily_statistics import store_statistics
from service.clock import utcnow
from service.store.db.engine import Database
from service.store.reports.daily_statistics import Statistics, days, sites_to_count, statistics_of
from service.store.tables.daily_statistics import DailyStatistics

log = logging.getLogger("greenroom.tally")

#: EVERY: the current day is counted again after this time. DAYS: how many past days are counted if they were not.
EVERY = timedelta(minutes=3)
DAYS = 30


def count_days(database: Database, *, now: datetime | None = None, seconds: float = 5.0) -> int:
    """Count the due days until the time is used up, because the sweep has other work too. Returns how many days were counted.

    Counting only reads and takes no lock. Each day is stored in a separate transaction.
    """
    now, until = now or utcnow(), time.monotonic() + seconds
    with database.reading() as session:
        due = sites_to_count(session, now.date(), before=now - EVERY)
    counted = sum(_count_site(database, site_id, now, until) for site_id in due)
    if counted:
        log.debug("statistics_counted", extra={"sites": len(due), "days": counted})
    return counted


def _count_site(database: Database, site_id: str, now: datetime, until: float) -> int:
    """Count the due days of one site. Today comes last: if today is counted, all days before it are too."""
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
    before = Statistics.read(known.statistics) if known else None
    with database.reading() as session:
        numbers = statistics_of(session, site_id, day, now=now, known=before)
    with database.writing() as session:
        store_statistics(session, site_id, day, numbers, now=now)


def _final(row: DailyStatistics | None) -> bool:
    """Whether a day was counted after its end, with all figures that this version counts."""
    return (
        row is not None
        and "people" in row.statistics
        and row.counted_at >= datetime.combine(date.fromisoformat(row.day) + timedelta(days=1), datetime.min.time(), tzinfo=UTC)
    )
