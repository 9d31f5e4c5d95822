"""Makes due what a clock that was ahead has made due too late. Such a clock is the machine's on SQLite, or the database's."""

import logging
from datetime import datetime

from service.actions.lifecycle import limit_waits as waits
from service.clock import utcnow
from workers.resources.worker_resources import WorkerResources

log = logging.getLogger("greenroom.sweep")


def limit_waits(resources: WorkerResources, now: datetime | None = None) -> int:
    """Returns how many rows were changed."""
    now = now or utcnow()
    with resources.database.reading() as session:
        if not waits.anything_waits_too_long(session, now=now):
            return 0
    with resources.database.writing() as session:
        changed = waits.limit_waits(session, now=now)
    log.warning("waits_limited", extra={"rows": changed})
    return changed
