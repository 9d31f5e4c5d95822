"""When a failed webhook is tried again, and when it is given up."""

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

#: Seconds to wait before each try: twelve over about 76 hours.
SCHEDULE = (0, 5, 30, 120, 600, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400)


#: How far a wait may be off, either way, so that a thousand failed deliveries do not come back in the same second.
JITTER = 0.2


#: Age at which a delivery is given up although it has tries left: those behind a broken endpoint hardly get any.
GIVE_UP = timedelta(hours=96)


#: Longest pause that a receiver can ask for with Retry-After.
LONGEST_PAUSE = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back of one attempt; `status` is None where nothing did, and `error` says why.

    `fault` is the type of that error, for the log: `error` may quote what came back.
    """

    status: int | None
    error: str = ""
    fault: str = ""
    text: str = ""
    retry_after: str = ""
    milliseconds: int = 0

    @property
    def arrived(self) -> bool:
        """Only 2xx says that the host has it: a redirect may lead to a page that knows nothing."""
        return self.status is not None and 200 <= self.status < 300


def next_try(tries: int, *, now: datetime, retry_after: str = "") -> datetime | None:
    """When a delivery that failed `tries` times is due again; None where its schedule is used up."""
    if tries >= len(SCHEDULE):
        return None
    wait = timedelta(seconds=SCHEDULE[tries] * random.uniform(1 - JITTER, 1 + JITTER))
    return now + max(wait, pause_of(retry_after, now=now))


def pause_of(retry_after: str, *, now: datetime) -> timedelta:
    """The pause that a Retry-After asks for, in seconds or as a date; none where it cannot be read, whatever a stranger wrote."""
    try:
        if retry_after.strip().isdigit():
            asked = timedelta(seconds=int(retry_after[:9]))
        else:
            date = parsedate_to_datetime(retry_after)
            asked = (date if date.tzinfo else date.replace(tzinfo=UTC)) - now
    except (ValueError, TypeError, OverflowError):
        return timedelta(0)
    return min(max(asked, timedelta(0)), LONGEST_PAUSE)
