"""Daily statistics of a site for the charts. The sweep counts them once, so a page costs the same for a site of any size."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from service.store.db.column_types import Record


class DailyStatistics(Record):
    """One day of one site, in UTC, as 2026-03-01. `statistics` is a `service.store.reports.daily_statistics.Statistics` as JSON.

    Statistics that were counted after the end of the day are final.
    """

    __tablename__ = "daily_statistics"

    site_id: Mapped[str] = mapped_column(ForeignKey("site.id", ondelete="CASCADE"), primary_key=True)
    day: Mapped[str] = mapped_column(String(10), primary_key=True)
    statistics: Mapped[dict[str, Any]]
    counted_at: Mapped[datetime]
