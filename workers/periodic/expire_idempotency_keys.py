"""Deletes expired idempotency keys and applies each site's retention rules."""

import logging
from datetime import datetime

from service.clock import utcnow
from service.store.comments.idempotency import any_expired, delete_expired
from workers.periodic.retention import apply_retention
from workers.resources.worker_resources import WorkerResources

log = logging.getLogger("greenroom.tidy")

#: Maximum number of keys that one transaction deletes, so that it never holds the write lock for long.
AT_ONCE = 1000


def expire_idempotency_keys(resources: WorkerResources) -> int:
    """Apply retention, then delete expired idempotency keys. Returns how many keys were deleted.

    If no key has expired, takes no write lock to delete keys.
    """
    apply_retention(resources)
    forgotten, now = 0, utcnow()
    while _any(resources, now):
        with resources.database.writing() as session:
            forgotten += delete_expired(session, now=now, limit=AT_ONCE)
    if forgotten:
        log.info("idempotency_keys_expired", extra={"keys": forgotten})
    return forgotten


def _any(resources: WorkerResources, now: datetime) -> bool:
    with resources.database.reading() as session:
        return any_expired(session, now=now)
