"""The job of the delivery worker: send what is due until nothing is left or the time is used up."""

import time

from service.clock import utcnow
from service.jobs.names import Job
from service.store.webhooks.deliveries import anything_due
from workers.resources.worker_resources import WorkerResources
from workers.webhooks.courier import Courier


def deliver(resources: WorkerResources, *, seconds: float = 4.0) -> int:
    """Send due deliveries until none is left or the time is used up. Returns the number of recorded attempts."""
    until = time.monotonic() + seconds
    with resources.database.reading() as session:
        if not anything_due(session, now=utcnow()):
            return 0
    attempted, is_late = resources.kept(Courier).round(until)
    if is_late:
        resources.notifier.notify(Job.DELIVER)
    return attempted
