"""When to tell that a queue has grown old: once, and not again until the queue was empty or a day has passed."""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from service.store.moderation.waiting import has_waited

#: If the same old queue is still there, it is told again after this time.
AGAIN_AFTER = timedelta(days=1)
#: A queue in which nothing has waited this long was emptied. It is longer than the pause between two looks.
FRESH = timedelta(minutes=2)


def told_at_now(
    session: Session, site_ids: Collection[str], *, minutes: int, told_at: datetime | None, now: datetime
) -> datetime | None:
    """When somebody was told last that a comment has waited for so many minutes: `now` if they are to be told now; None if the
    queue was emptied, so that the next old one is told at once."""
    if told_at is not None and now - told_at < AGAIN_AFTER:
        was_emptied = not has_waited(session, site_ids, now - min(FRESH, timedelta(minutes=minutes)))
        return None if was_emptied else told_at
    return now if has_waited(session, site_ids, now - timedelta(minutes=minutes)) else None
