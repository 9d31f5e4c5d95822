"""What the charts show of each day of a site, counted once by the sweep, so that a page costs the same at any size."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from service.store.db.column_types import Record


class DailyStatistics(Record):
    """One day of one site, UTC, as 2026-03-01. `numbers` is a `service.store.reports.daily_statistics.Numbers`.

    They are final once they were counted after the end of the day.
    """

    __tablename__ = "day_numbers"

    site_id: Mapped[str] = mapped_column(ForeignKey("site.id", ondelete="CASCADE"), primary_key=True)
    day: Mapped[str] = mapped_column(String(10), primary_key=True)
    numbers: Mapped[dict[str, Any]]
    counted_at: Mapped[datetime]
