"""Tidying up: what was promised to be kept for a day, or as long as a site says, is let go after it."""

import logging
from datetime import UTC, datetime

from service.store.comments.idempotency import any_expired, delete_expired
from workers.periodic.retention import apply_retention
from workers.resources.worker_resources import WorkerResources

log = logging.getLogger("greenroom.tidy")

#: Most that one transaction forgets, so that it never holds the database for long.
AT_ONCE = 1000


def expire_idempotency_keys(workshop: WorkerResources) -> int:
    """Forget idempotency keys that were kept long enough. Returns how many. Asks for no lock while there are none."""
    apply_retention(workshop)
    forgotten, now = 0, datetime.now(UTC)
    while _any(workshop, now):
        with workshop.database.writing() as session:
            forgotten += delete_expired(session, now=now, limit=AT_ONCE)
    if forgotten:
        log.info("tidied", extra={"keys": forgotten})
    return forgotten


def _any(workshop: WorkerResources, now: datetime) -> bool:
    with workshop.database.reading() as session:
        return any_expired(session, now=now)
