"""What the charts show of each day of a site, counted once by the sweep, so that a page costs the same at any size."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from service.store.schema import Record
from service.store.sites import Site


class DayRow(Record):
    """One day of one site, UTC, as 2026-03-01. `numbers` is a `service.store.charts.Numbers`.

    They are final once they were counted after the end of the day.
    """

    __tablename__ = "day_numbers"

    site_id: Mapped[str] = mapped_column(ForeignKey("site.id", ondelete="CASCADE"), primary_key=True)
    day: Mapped[str] = mapped_column(String(10), primary_key=True)
    numbers: Mapped[dict[str, Any]]
    counted_at: Mapped[datetime]


def days(session: Session, site_id: str, *, since: date) -> Sequence[DayRow]:
    """The days that were counted, oldest first."""
    found = select(DayRow).where(DayRow.site_id == site_id, DayRow.day >= since.isoformat()).order_by(DayRow.day)
    return session.scalars(found).all()


def sites_to_count(session: Session, today: date, *, before: datetime) -> list[str]:
    """The sites whose present day was not counted since `before`."""
    fresh = select(DayRow.site_id).where(DayRow.day == today.isoformat(), DayRow.counted_at >= before)
    return list(session.scalars(select(Site.id).where(Site.id.not_in(fresh)).order_by(Site.id)))
