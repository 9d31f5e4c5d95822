"""The clock of all processes: that of PostgreSQL. Processes that share SQLite share the machine, and so its clock."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

#: Seconds after which a process compares its clock with the database's again, and the same while the two differ.
COMPARE_AFTER, COMPARE_AFTER_DIFFERENCE = 30.0, 1.0
#: A difference up to this is left alone: it is smaller than what anybody notices, and partly the time of the query.
TOLERATED = timedelta(seconds=2)


def utcnow() -> datetime:
    """The time with which rows are dated, and with which their times are compared."""
    return CLOCK.now()


def _local() -> datetime:
    return datetime.now(UTC)


class SharedClock:
    """The machine's clock, or if it is wrong the database's: a process whose clock is hours off would else delay or hurry the work
    of all others.

    After a comparison the database's time goes on by the monotonic clock, which nobody sets.
    """

    def __init__(self, local: Callable[[], datetime] = _local, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._local, self._monotonic = local, monotonic
        #: The time of the database, and the monotonic clock at that moment.
        self._compared: tuple[datetime, float] | None = None

    def now(self) -> datetime:
        local, shared = self._local(), self._shared()
        return local if _agree(local, shared) else shared

    @property
    def is_due(self) -> bool:
        """Whether to compare the clocks (again)."""
        if self._compared is None:
            return True
        pause = COMPARE_AFTER if _agree(self._local(), self._shared()) else COMPARE_AFTER_DIFFERENCE
        return self._monotonic() - self._compared[1] >= pause

    def compare(self, ask: Callable[[], datetime]) -> None:
        """Ask the database for its time. A slow answer may be old, so it is not believed."""
        before = self._monotonic()
        there = ask().astimezone(UTC)
        took = timedelta(seconds=self._monotonic() - before)
        if took <= TOLERATED:
            self._compared = there + took / 2, self._monotonic()

    def _shared(self) -> datetime:
        if self._compared is None:
            return self._local()
        there, at = self._compared
        return there + timedelta(seconds=self._monotonic() - at)


def _agree(local: datetime, shared: datetime) -> bool:
    return abs(local - shared) <= TOLERATED


CLOCK = SharedClock()
