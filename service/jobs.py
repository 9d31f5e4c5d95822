"""The names and routes of all jobs, and the bell that wakes the workers."""

import logging
import math
import threading
import time
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

from celery import Celery

from service.config import Settings
from service.logs import request_ids

log = logging.getLogger("greenroom.jobs")

#: Seconds without nudges after one failed; the sweeps go on without them.
BREAK = 5.0
#: The header of a nudge that names the requests it was sent for, and most that it names: one nudge may stand for thousands.
REQUEST_IDS, MOST_NAMED = "greenroom_requests", 10
#: Seconds after which a nudge that nobody took is worth nothing.
NUDGE_EXPIRES = 60
#: What all keys of the jobs begin with, and the key that is there while a worker is on watch (see `service.watch`).
PREFIX = "greenroom:jobs:"
WATCHED = f"{PREFIX}watched"
#: Seconds after which it is asked again whether somebody should be woken, where a worker was on watch: it may have died meanwhile.
AGAIN = 1.0


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


#: Seconds between two nudges of one kind: the first goes at once, a flood shares them. Somebody may wait for a verdict; a host
#: that many comments are approved for can wait a moment for their webhooks.
PAUSES: dict[Job, float] = {Job.DRAIN: 0.01, Job.DELIVER: 0.1, Job.SWEEP: 0.1, Job.LEARN: 0.1}

ROUTES: dict[Job, Route] = {
    Job.DRAIN: Route.CHECKS,
    Job.DELIVER: Route.DELIVERIES,
    Job.SWEEP: Route.DELIVERIES,
    # Only starts a process that learns: no worker waits for it.
    Job.LEARN: Route.DELIVERIES,
}


class Bell(Protocol):
    """Rings for work that is already committed. Never blocks, never fails. `anyway`: also while somebody is on watch."""

    def ring(self, job: Job, *, anyway: bool = False) -> None: ...


class NoBell:
    """Where there is no broker: the sweeping process looks by itself, often."""

    def ring(self, job: Job, *, anyway: bool = False) -> None:
        """Nobody has to be told."""


@dataclass(slots=True)
class _Ring:
    """What was rung for one job and not sent yet: for which requests, and whether also while somebody is on watch."""

    told: set[str] = field(default_factory=set)
    anyway: bool = False


class CeleryBell:
    """Sends empty nudges from a thread of its own, each kind as often as `PAUSES` allows."""

    def __init__(self, app: Celery) -> None:
        self._app = app
        self._wanted: dict[Job, _Ring] = {}
        self._next: dict[Job, float] = dict.fromkeys(Job, 0.0)
        self._again = math.inf
        self._wake = threading.Condition()
        self._thread: threading.Thread | None = None

    def ring(self, job: Job, *, anyway: bool = False) -> None:
        with self._wake:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="bell", daemon=True)
                self._thread.start()
            if job not in self._wanted:
                self._wake.notify()
            wanted = self._wanted.setdefault(job, _Ring())
            wanted.anyway |= anyway
            if len(wanted.told) < MOST_NAMED:
                wanted.told.update(request_ids.get())

    def _run(self) -> None:
        while True:
            if not all(self._nudge(job, ring) for job, ring in self._due().items()):
                time.sleep(BREAK)

    def _due(self) -> dict[Job, _Ring]:
        """Wait for something that is wanted and may be sent again; take all of it."""
        with self._wake:
            while True:
                now = time.monotonic()
                if self._again <= now:
                    self._again = math.inf
                    self._wanted.setdefault(Job.DRAIN, _Ring())
                due = {job: self._wanted.pop(job) for job in list(self._wanted) if self._next[job] <= now}
                if due:
                    self._next.update({job: now + PAUSES[job] for job in due})
                    return due
                until = min([self._again, *(self._next[job] for job in self._wanted)])
                self._wake.wait(until - now if until < math.inf else None)

    def _nudge(self, job: Job, ring: _Ring) -> bool:
        headers = {REQUEST_IDS: sorted(ring.told)} if ring.told else None
        try:
            if job is Job.DRAIN and self._somebody_will(ring):
                return True
            self._app.send_task(job.value, queue=ROUTES[job].value, expires=NUDGE_EXPIRES, ignore_result=True, headers=headers)
        except Exception as error:
            # A Redis that is away, hangs, is full or is none: whatever it says, the work is on disk and the sweep finds it.
            log.warning("nudge_failed", extra={"job": job.value, "error": type(error).__name__})
            return False
        return True

    def _somebody_will(self, ring: _Ring) -> bool:
        """Whether a worker is on watch, or a nudge lies there that nobody took: each sees what is on disk by now, so another nudge
        would say nothing. Should the worker have died, it is asked again a second after the last ring.

        Asking costs a tenth of sending, and where the workers are away or have more than they can do, nudges do not pile up.
        """
        with self._app.producer_or_acquire() as producer:
            redis = producer.channel.client
            watched = not ring.anyway and bool(redis.exists(WATCHED))
            self._again = time.monotonic() + AGAIN if watched else math.inf
            return watched or bool(redis.exists(f"{PREFIX}{Route.CHECKS}"))


def celery_app(settings: Settings) -> Celery:
    """The Celery application with every setting that was checked together; used to send and to work.

    The lease outlives the hard limit, and Redis gives a task back only after the lease: one comment, one worker at a time.
    """
    app = Celery("greenroom", broker=_broker_url(settings.redis_url), set_as_current=False)
    app.conf.update(_CELERY)
    app.conf.update(task_routes={job.value: {"queue": route.value} for job, route in ROUTES.items()})
    return app


def _broker_url(redis_url: str) -> str:
    """The same address as Celery writes it: a Unix socket has a scheme of its own there."""
    if redis_url.startswith("unix://"):
        return "redis+socket://" + redis_url.removeprefix("unix://").replace("?db=", "?virtual_host=")
    return redis_url or "memory://"


def bell(settings: Settings) -> Bell:
    """The bell that fits these settings."""
    return CeleryBell(celery_app(settings)) if settings.redis_url and settings.broker != "none" else NoBell()


_CELERY: dict[str, Any] = {
    "task_serializer": "json",
    "accept_content": ["json"],
    "task_ignore_result": True,
    "task_store_errors_even_if_ignored": False,
    "task_acks_late": True,
    "task_reject_on_worker_lost": False,
    "worker_prefetch_multiplier": 1,
    "task_soft_time_limit": 15,
    "task_time_limit": 20,
    "task_publish_retry": False,
    "broker_connection_timeout": 1,
    "broker_connection_retry_on_startup": True,
    "broker_connection_max_retries": None,
    "worker_cancel_long_running_tasks_on_connection_loss": True,
    "worker_soft_shutdown_timeout": 5,
    "worker_send_task_events": False,
    "worker_hijack_root_logger": False,
    "worker_redirect_stdouts": False,
    "worker_enable_remote_control": False,
    "task_default_queue": Route.CHECKS.value,
    "enable_utc": True,
    "timezone": "UTC",
    "broker_transport_options": {
        "global_keyprefix": PREFIX,
        "visibility_timeout": 120,
        "unacked_restore_interval": 5,
        "unacked_restore_throttle": 1,
        "socket_timeout": 2,
        "socket_connect_timeout": 1,
        "health_check_interval": 10,
        "max_retries": 0,
    },
}
