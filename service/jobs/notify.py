"""The names and routes of all jobs, and the bell that wakes the workers."""

import logging
import math
import threading
import time
from dataclasses import dataclass, field
from typing import Protocol

from celery import Celery

from service.config import Settings
from service.jobs.celery_app import celery_app
from service.jobs.names import MAX_REQUEST_IDS, POLLING_KEY, PREFIX, REQUEST_IDS, ROUTES, WAKE_UP_EXPIRES, Job, Route
from service.logs import request_ids

log = logging.getLogger("greenroom.jobs")

#: Seconds without nudges after one failed; the sweeps go on without them.
BREAK = 5.0
#: Seconds after which it is asked again whether somebody should be woken, where a worker was on watch: it may have died meanwhile.
AGAIN = 1.0


#: Seconds between two nudges of one kind: the first goes at once, a flood shares them. Somebody may wait for a verdict; a host
#: that many comments are approved for can wait a moment for their webhooks.
PAUSES: dict[Job, float] = {Job.DRAIN: 0.01, Job.DELIVER: 0.1, Job.SWEEP: 0.1, Job.LEARN: 0.1}


class Notifier(Protocol):
    """Rings for work that is already committed. Never blocks, never fails. `anyway`: also while somebody is on watch."""

    def notify(self, job: Job, *, anyway: bool = False) -> None: ...


class NoNotifier:
    """Where there is no broker: the sweeping process looks by itself, often."""

    def notify(self, job: Job, *, anyway: bool = False) -> None:
        """Nobody has to be told."""


@dataclass(slots=True)
class _Pending:
    """What was rung for one job and not sent yet: for which requests, and whether also while somebody is on watch."""

    told: set[str] = field(default_factory=set)
    anyway: bool = False


class CeleryNotifier:
    """Sends empty nudges from a thread of its own, each kind as often as `PAUSES` allows."""

    def __init__(self, app: Celery) -> None:
        self._app = app
        self._wanted: dict[Job, _Pending] = {}
        self._next: dict[Job, float] = dict.fromkeys(Job, 0.0)
        self._again = math.inf
        self._wake = threading.Condition()
        self._thread: threading.Thread | None = None

    def notify(self, job: Job, *, anyway: bool = False) -> None:
        with self._wake:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="bell", daemon=True)
                self._thread.start()
            if job not in self._wanted:
                self._wake.notify()
            wanted = self._wanted.setdefault(job, _Pending())
            wanted.anyway |= anyway
            if len(wanted.told) < MAX_REQUEST_IDS:
                wanted.told.update(request_ids.get())

    def _run(self) -> None:
        while True:
            if not all(self._nudge(job, ring) for job, ring in self._due().items()):
                time.sleep(BREAK)

    def _due(self) -> dict[Job, _Pending]:
        """Wait for something that is wanted and may be sent again; take all of it."""
        with self._wake:
            while True:
                now = time.monotonic()
                if self._again <= now:
                    self._again = math.inf
                    self._wanted.setdefault(Job.DRAIN, _Pending())
                due = {job: self._wanted.pop(job) for job in list(self._wanted) if self._next[job] <= now}
                if due:
                    self._next.update({job: now + PAUSES[job] for job in due})
                    return due
                until = min([self._again, *(self._next[job] for job in self._wanted)])
                self._wake.wait(until - now if until < math.inf else None)

    def _nudge(self, job: Job, ring: _Pending) -> bool:
        headers = {REQUEST_IDS: sorted(ring.told)} if ring.told else None
        try:
            if job is Job.DRAIN and self._somebody_will(ring):
                return True
            self._app.send_task(job.value, queue=ROUTES[job].value, expires=WAKE_UP_EXPIRES, ignore_result=True, headers=headers)
        except Exception as error:
            # A Redis that is away, hangs, is full or is none: whatever it says, the work is on disk and the sweep finds it.
            log.warning("nudge_failed", extra={"job": job.value, "error": type(error).__name__})
            return False
        return True

    def _somebody_will(self, ring: _Pending) -> bool:
        """Whether a worker is on watch, or a nudge lies there that nobody took: each sees what is on disk by now, so another nudge
        would say nothing. Should the worker have died, it is asked again a second after the last ring.

        Asking costs a tenth of sending, and where the workers are away or have more than they can do, nudges do not pile up.
        """
        with self._app.producer_or_acquire() as producer:
            redis = producer.channel.client
            watched = not ring.anyway and bool(redis.exists(POLLING_KEY))
            self._again = time.monotonic() + AGAIN if watched else math.inf
            return watched or bool(redis.exists(f"{PREFIX}{Route.CHECKS}"))


def notifier(settings: Settings) -> Notifier:
    """The bell that fits these settings."""
    return CeleryNotifier(celery_app(settings)) if settings.redis_url and settings.broker != "none" else NoNotifier()
