"""Retention: once a day, erases old rejected comments and personal data as each site's settings say, in small steps."""

import logging
from datetime import datetime

from service.actions.comments.edit_erase import erase
from service.actions.lifecycle.retention import done_for, forget_authors, note_gone
from service.clock import utcnow
from service.domain.errors import Conflict
from service.domain.retention import Retention
from service.store.lifecycle.retention import personal_of, rejected_of, retentions, some_of
from workers.resources.worker_resources import WorkerResources

log = logging.getLogger("greenroom.retention")

#: The most comments of a site that one run erases, and the most whose authors it forgets: a run a minute keeps up with ten million
#: comments a day. Each is erased in a transaction of its own, and AT_ONCE authors are forgotten in one, so that other writers get
#: their turn.
ERASED, FORGOTTEN, AT_ONCE = 1_000, 10_000, 500


def apply_retention(resources: WorkerResources, now: datetime | None = None) -> int:
    """Do a bounded part of the due work. Returns how many comments were changed. The next run does the rest."""
    now = now or utcnow()
    with resources.database.reading() as session:
        due = [(site_id, kept) for site_id, kept in retentions(session) if kept.is_due(now)]
    return sum(_of_site(resources, site_id, kept, now) for site_id, kept in due)


def _of_site(resources: WorkerResources, site_id: str, kept: Retention, now: datetime) -> int:
    erased, all_erased = _erased(resources, site_id, kept, now)
    forgotten, all_forgotten = _forgotten(resources, site_id, kept, now)
    if erased:
        resources.database.wipe()
    with resources.database.writing() as session:
        note_gone(session, site_id, erased=erased, forgotten=forgotten)
        if all_erased and all_forgotten:
            done_for(session, site_id, kept, now.date())
    if erased or forgotten:
        log.info("retention_applied", extra={"site": site_id, "erased": erased, "forgotten": forgotten})
    return erased + forgotten


def _erased(resources: WorkerResources, site_id: str, kept: Retention, now: datetime) -> tuple[int, bool]:
    """Erase old rejected comments. Returns how many were erased, and whether none is left to erase."""
    before = kept.rejected_before(now)
    if before is None:
        return 0, True
    with resources.database.reading() as session:
        ids = some_of(session, rejected_of(site_id, before, now=now), limit=ERASED)
    count = 0
    for comment_id in ids:
        try:
            with resources.database.writing() as session:
                count += erase(session, site_id, comment_id, now=now) is not None
        except Conflict:
            # A race: the comment changed state meanwhile. The next run sees its new state.
            continue
    return count, len(ids) < ERASED


def _forgotten(resources: WorkerResources, site_id: str, kept: Retention, now: datetime) -> tuple[int, bool]:
    """Forget the authors of old comments. Returns of how many comments, and whether none is left."""
    before = kept.personal_before(now)
    if before is None:
        return 0, True
    with resources.database.reading() as session:
        ids = some_of(session, personal_of(site_id, before), limit=FORGOTTEN)
    count = 0
    for start in range(0, len(ids), AT_ONCE):
        with resources.database.writing() as session:
            count += forget_authors(session, ids[start : start + AT_ONCE])
    return count, len(ids) < FORGOTTEN
