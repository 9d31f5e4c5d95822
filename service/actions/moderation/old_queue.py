"""When to tell that a queue has grown old: once, and not again until the queue was empty or a day has passed."""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from service.store.moderation.waiting import has_waited
from service.store.tables.message_choices import MessageChoice
from service.store.tables.outbox import Endpoint

#: Who wants to know of old queues: `old_after` says after how many minutes, `old_told_at` when they were last told.
Watcher = Endpoint | MessageChoice
#: If the same old queue is still there, it is told again after this time.
AGAIN_AFTER = timedelta(days=1)
#: A queue in which nothing has waited this long was emptied. It is longer than the pause between two looks.
FRESH = timedelta(minutes=2)


def has_news(session: Session, watcher: Watcher, site_ids: Collection[str], *, now: datetime) -> bool:
    """Whether a watcher is to be told of an old queue, or was told of one that is empty now."""
    return _last_told(session, watcher, site_ids, now) != watcher.old_told_at


def note_old_queue(session: Session, watcher: Watcher, site_ids: Collection[str], *, now: datetime) -> bool:
    """Note on the watcher that they are told now, or that the queue was emptied. Returns whether they are to be told."""
    before, watcher.old_told_at = watcher.old_told_at, _last_told(session, watcher, site_ids, now)
    return watcher.old_told_at is not None and watcher.old_told_at != before


def _last_told(session: Session, watcher: Watcher, site_ids: Collection[str], now: datetime) -> datetime | None:
    """When the watcher was last told: `now` if they are to be told now; None if the queue was emptied, so that the next old one is
    told at once."""
    minutes, told_at = timedelta(minutes=watcher.old_after), watcher.old_told_at
    if told_at is not None and now - told_at < AGAIN_AFTER:
        was_emptied = not has_waited(session, site_ids, now - min(FRESH, minutes))
        return None if was_emptied else told_at
    return now if has_waited(session, site_ids, now - minutes) else None
