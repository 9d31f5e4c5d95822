"""When the next digest is due: at one of the hours that a person chose, in their time zone."""

from collections.abc import Collection
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo


def next_digest(hours: Collection[int], zone: ZoneInfo, *, after: datetime) -> datetime | None:
    """The first of these hours (0 to 23) after a time; None without hours. An hour that the clocks skip in spring comes with the
    next one, and one that comes twice in autumn counts once."""
    today = after.astimezone(zone).date()
    moments = [
        datetime.combine(today + timedelta(days=day), time(hour), tzinfo=zone).astimezone(UTC) for day in (0, 1) for hour in hours
    ]
    return min((moment for moment in moments if moment > after), default=None)
