"""Totals of what all workers have done. They only grow, so that Prometheus can make rates of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from service.store.tables.work_totals import WorkTotal

#: A kind of job that last ran longer ago than so many seconds does not run any more.
LATE = 60.0


@dataclass(frozen=True, slots=True)
class Total:
    """A total, and the seconds since a process last added to it."""

    total: float
    age: float

    @property
    def is_late(self) -> bool:
        return self.age > LATE


def add_totals(session: Session, amounts: Mapping[str, float], *, now: datetime) -> None:
    """Add these amounts. In the order of the names, so that two processes cannot deadlock."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    for name, amount in sorted(amounts.items()):
        row = insert(WorkTotal).values(name=name, total=amount, at=now)
        sums = {"total": WorkTotal.total + row.excluded.total, "at": row.excluded.at}
        session.execute(row.on_conflict_do_update(index_elements=["name"], set_=sums))


def work_totals(session: Session, *, now: datetime) -> dict[str, Total]:
    """Every total by its name."""
    rows = session.execute(select(WorkTotal.name, WorkTotal.total, WorkTotal.at).order_by(WorkTotal.name))
    return {row.name: Total(row.total, max(0.0, (now - row.at).total_seconds())) for row in rows}
