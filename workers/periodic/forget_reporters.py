"""Forget who reported and who complained, once nobody can complain about the decision any more."""

from datetime import datetime

from service.actions.reported.forget import forget_complaints, forget_reports
from service.clock import utcnow
from service.domain.reported.kinds import COMPLAINT_TIME
from service.store.lifecycle.retention import forgettable_complaints, forgettable_reports
from workers.resources.worker_resources import WorkerResources

#: Maximum number of rows that one run changes; the next run does the rest.
AT_ONCE = 500


def forget_reporters(resources: WorkerResources, now: datetime | None = None) -> int:
    """Do a bounded part of the due work. Returns how many reports and complaints were changed."""
    now = now or utcnow()
    before = now - COMPLAINT_TIME
    with resources.database.reading() as session:
        reports = forgettable_reports(session, before, limit=AT_ONCE)
        complaints = forgettable_complaints(session, before, limit=AT_ONCE)
    if not reports and not complaints:
        return 0
    with resources.database.writing() as session:
        return forget_reports(session, reports, now=now) + forget_complaints(session, complaints, now=now)
