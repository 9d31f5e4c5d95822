"""What the workers have done in all, for the metrics."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from service.store.db.column_types import Record


class WorkTotal(Record):
    """A total of all processes, such as `verdicts:held`, and when one of them last added to it."""

    __tablename__ = "work_total"

    name: Mapped[str] = mapped_column(String(48), primary_key=True)
    total: Mapped[float]
    at: Mapped[datetime]
