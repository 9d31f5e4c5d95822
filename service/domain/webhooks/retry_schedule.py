"""The retry schedule of webhooks: when a failed delivery is tried again, and when it is given up."""

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

#: Seconds to wait before each try: twelve over about 76 hours.
SCHEDULE = (0, 5, 30, 120, 600, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400)


#: Each wait varies at random by this share, up or down, so that a thousand failed deliveries are not retried in the same second.
JITTER = 0.2


#: The age at which a delivery is given up even if it has tries left. A delivery to a broken endpoint is hardly ever tried, so it
#: does not use up its schedule.
GIVE_UP = timedelta(hours=96)


#: An endpoint whose last answer took as many milliseconds is slow.
SLOW_MILLISECONDS = 1000


#: The longest pause that a receiver can request with Retry-After.
LONGEST_PAUSE = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Answer:
    """The response to one attempt. `status` is None if there was none; then `error` says why.

    `fault` is the type of that error, for the log: `error` itself may quote the response.
    """

    status: int | None
    error: str = ""
    fault: str = ""
    text: str = ""
    retry_after: str = ""
    milliseconds: int = 0

    @property
    def arrived(self) -> bool:
        """Whether the host has received the webhook. Only a 2xx status means that: a redirect may lead to a page that does not
        process webhooks."""
        return self.status is not None and 200 <= self.status < 300


def next_try(tries: int, *, now: datetime, retry_after: str = "") -> datetime | None:
    """When a delivery that failed `tries` times is due again; None if its schedule is used up."""
    if tries >= len(SCHEDULE):
        return None
    wait = timedelta(seconds=SCHEDULE[tries] * random.uniform(1 - JITTER, 1 + JITTER))
    return now + max(wait, pause_of(retry_after, now=now))


def end_of_minute(at: datetime) -> datetime:
    """When a delivery to a chat is due: what is due within a minute is told in one message."""
    return at.replace(second=0, microsecond=0) + timedelta(minutes=1)


def pause_of(retry_after: str, *, now: datetime) -> timedelta:
    """The pause that a Retry-After header requests, in seconds or as a date; zero if it cannot be parsed. Never raises."""
    try:
        if retry_after.strip().isdigit():
            pause = timedelta(seconds=int(retry_after[:9]))
        else:
            date = parsedate_to_datetime(retry_after)
            pause = (date if date.tzinfo else date.replace(tzinfo=UTC)) - now
    except (ValueError, TypeError, OverflowError):
        return timedelta(0)
    return min(max(pause, timedelta(0)), LONGEST_PAUSE)
