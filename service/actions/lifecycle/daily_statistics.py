"""Store the daily statistics of a site for the charts. Safe to run any number of times."""

from datetime import date, datetime

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from service.store.db.column_types import table
from service.store.reports.daily_statistics import Statistics
from service.store.tables.daily_statistics import DailyStatistics


def store_statistics(session: Session, site_id: str, day: date, numbers: Statistics, *, now: datetime) -> None:
    """Store one day, replacing an earlier count. Two processes that count the same day at once do no harm."""
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    values = {"statistics": numbers.kept, "counted_at": now}
    session.execute(
        dialect.insert(table(DailyStatistics))
        .values(site_id=site_id, day=day.isoformat(), **values)
        .on_conflict_do_update(index_elements=["site_id", "day"], set_=values)
    )
