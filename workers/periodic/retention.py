"""Retention: once a day each site lets go of what it has kept long enough, a little at a time."""

import logging
from datetime import UTC, datetime

from service.actions.comments.edit_erase import erase
from service.actions.lifecycle.retention import done_for, forget_authors, note_gone
from service.domain.errors import Conflict
from service.domain.retention import Retention
from service.store.lifecycle.retention import personal_of, rejected_of, retentions, some_of
from workers.resources.worker_resources import WorkerResources

log = logging.getLogger("greenroom.retention")

#: Comments that one look erases at most, each in a transaction of its own, so that everybody else gets a turn.
AT_ONCE = 200
#: Comments whose authors one transaction forgets, and how often one look does so.
FORGOTTEN, TIMES = 500, 4


def apply_retention(workshop: WorkerResources, now: datetime | None = None) -> int:
    """A bounded part of what is due. Returns how many comments it touched; the next look goes on with the rest."""
    now = now or datetime.now(UTC)
    with workshop.database.reading() as session:
        due = [(site_id, kept) for site_id, kept in retentions(session) if kept.is_due(now)]
    return sum(_of_site(workshop, site_id, kept, now) for site_id, kept in due)


def _of_site(workshop: WorkerResources, site_id: str, kept: Retention, now: datetime) -> int:
    erased, all_erased = _erased(workshop, site_id, kept, now)
    forgotten, all_forgotten = _forgotten(workshop, site_id, kept, now)
    if erased:
        workshop.database.wipe()
    with workshop.database.writing() as session:
        note_gone(session, site_id, erased=erased, forgotten=forgotten)
        if all_erased and all_forgotten:
            done_for(session, site_id, kept, now.date())
    if erased or forgotten:
        log.info("let_go", extra={"site": site_id, "erased": erased, "forgotten": forgotten})
    return erased + forgotten


def _erased(workshop: WorkerResources, site_id: str, kept: Retention, now: datetime) -> tuple[int, bool]:
    """How many, and whether none is left."""
    before = kept.rejected_before(now)
    if before is None:
        return 0, True
    with workshop.database.reading() as session:
        ids = some_of(session, rejected_of(site_id, before), limit=AT_ONCE)
    count = 0
    for comment_id in ids:
        try:
            with workshop.database.writing() as session:
                count += erase(session, site_id, comment_id, now=now) is not None
        except Conflict:
            # Somebody moved it at this very moment: the next look sees what it is now.
            continue
    return count, len(ids) < AT_ONCE


def _forgotten(workshop: WorkerResources, site_id: str, kept: Retention, now: datetime) -> tuple[int, bool]:
    before = kept.personal_before(now)
    if before is None:
        return 0, True
    count = 0
    for _ in range(TIMES):
        with workshop.database.reading() as session:
            ids = some_of(session, personal_of(site_id, before), limit=FORGOTTEN)
        if not ids:
            return count, True
        with workshop.database.writing() as session:
            count += forget_authors(session, ids)
    return count, False
