"""The job of the delivery worker: send what is due until nothing is left or the time is used up."""

import time

from service.jobs.names import Job
from workers.resources.worker_resources import WorkerResources
from workers.webhooks.courier import GATHER, Courier


def deliver(resources: WorkerResources, *, seconds: float = 4.0, gather: float = GATHER) -> int:
    """Send due deliveries until none is left or the time is used up. Returns the number of recorded attempts."""
    attempted, is_late = resources.singleton(Courier).round(time.monotonic() + seconds, gather=gather)
    if is_late:
        resources.notifier.notify(Job.DELIVER)
    return attempted
