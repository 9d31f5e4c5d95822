"""Tidying up: what was promised to be kept for a day, or as long as a site says, is let go after it."""

import logging
from datetime import UTC, datetime

from service.store.comments.idempotency import any_old_keys, forget_old_keys
from workers.periodic.retention import let_go
from workers.resources.worker_resources import Workshop

log = logging.getLogger("greenroom.tidy")

#: Most that one transaction forgets, so that it never holds the database for long.
AT_ONCE = 1000


def tidy(workshop: Workshop) -> int:
    """Forget idempotency keys that were kept long enough. Returns how many. Asks for no lock while there are none."""
    let_go(workshop)
    forgotten, now = 0, datetime.now(UTC)
    while _any(workshop, now):
        with workshop.database.writing() as session:
            forgotten += forget_old_keys(session, now=now, limit=AT_ONCE)
    if forgotten:
        log.info("tidied", extra={"keys": forgotten})
    return forgotten


def _any(workshop: Workshop, now: datetime) -> bool:
    with workshop.database.reading() as session:
        return any_old_keys(session, now=now)
