"""Counts what this process does, and adds it to the totals in the database every few seconds. A failure costs only counts."""

import threading
import time
from collections import defaultdict
from contextlib import suppress

from sqlalchemy.exc import SQLAlchemyError

from service.clock import utcnow
from service.store.db.engine import Database
from service.store.reports.work_totals import add_totals

#: Seconds between two writes.
_EVERY = 10.0


class WorkCounter:
    """The counts since the last write. Several threads may count."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: defaultdict[str, float] = defaultdict(float)
        self._due = 0.0

    def count(self, name: str, amount: float = 1) -> None:
        with self._lock:
            self._counts[name] += amount

    def write(self, database: Database) -> None:
        """Add the counts to the totals, if it is time."""
        with self._lock:
            if time.monotonic() < self._due or not self._counts:
                return
            counts, self._counts = self._counts, defaultdict(float)
            self._due = time.monotonic() + _EVERY
        with suppress(SQLAlchemyError), database.writing(patience=1.0, lightly=True) as session:
            add_totals(session, counts, now=utcnow())
