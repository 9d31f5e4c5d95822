"""The names and queues of all jobs, and the Redis keys that they use."""

from enum import StrEnum

#: The header of a wake-up that lists the ids of the requests that caused it, and the maximum number of ids in it. One wake-up may
#: stand for thousands of requests.
REQUEST_IDS, MAX_REQUEST_IDS = "greenroom_requests", 10


#: Seconds after which a wake-up expires if no worker took it.
WAKE_UP_EXPIRES = 60


#: The prefix of all Redis keys of the jobs.
PREFIX = "greenroom:jobs:"


#: This key exists while a worker is the active poller (see `service.jobs.active_poller`).
POLLING_KEY = f"{PREFIX}watched"


class Job(StrEnum):
    """The names of all jobs. A job carries no payload: it only says that there is work in the database."""

    DRAIN = "greenroom.drain"
    DELIVER = "greenroom.deliver"
    SWEEP = "greenroom.sweep"
    LEARN = "greenroom.learn"
    MAIL = "greenroom.mail"


class Route(StrEnum):
    """The Celery queue that a job is sent to."""

    CHECKS = "checks"
    DELIVERIES = "deliveries"


ROUTES: dict[Job, Route] = {
    Job.DRAIN: Route.CHECKS,
    Job.DELIVER: Route.DELIVERIES,
    Job.SWEEP: Route.DELIVERIES,
    # The job only starts the training process and does not wait for it.
    Job.LEARN: Route.DELIVERIES,
    Job.MAIL: Route.DELIVERIES,
}

#: Minimum seconds between two wake-ups for one job. The first wake-up is sent at once; wake-ups that come during the pause are
#: merged into one. The pause is shortest for checks, because a client may wait for the verdict. Webhooks can wait a moment
#: longer.
PAUSES: dict[Job, float] = {Job.DRAIN: 0.01, Job.DELIVER: 0.1, Job.SWEEP: 0.1, Job.LEARN: 0.1, Job.MAIL: 0.1}
