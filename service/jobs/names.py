"""The names and queues of all jobs, and the Redis keys that they use."""

from enum import StrEnum

#: The header of a nudge that names the requests it was sent for, and most that it names: one nudge may stand for thousands.
REQUEST_IDS, MAX_REQUEST_IDS = "greenroom_requests", 10


#: Seconds after which a nudge that nobody took is worth nothing.
WAKE_UP_EXPIRES = 60


#: What all keys of the jobs begin with, and the key that is there while a worker is on watch (see `service.jobs.active_poller`).
PREFIX = "greenroom:jobs:"


POLLING_KEY = f"{PREFIX}watched"


class Job(StrEnum):
    """Every job by name. Jobs carry no work: they say that there is some."""

    DRAIN = "greenroom.drain"
    DELIVER = "greenroom.deliver"
    SWEEP = "greenroom.sweep"
    LEARN = "greenroom.learn"


class Route(StrEnum):
    """The Celery queue that a job is sent to."""

    CHECKS = "checks"
    DELIVERIES = "deliveries"


ROUTES: dict[Job, Route] = {
    Job.DRAIN: Route.CHECKS,
    Job.DELIVER: Route.DELIVERIES,
    Job.SWEEP: Route.DELIVERIES,
    # Only starts a process that learns: no worker waits for it.
    Job.LEARN: Route.DELIVERIES,
}
