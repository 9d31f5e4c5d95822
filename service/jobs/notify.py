"""The notifier: sends wake-ups, the empty Celery messages that tell the workers to look for work."""

import logging
import math
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from service.config import Settings
from service.jobs.names import MAX_REQUEST_IDS, PAUSES, POLLING_KEY, PREFIX, REQUEST_IDS, ROUTES, WAKE_UP_EXPIRES, Job, Route
from service.jobs.wake_sockets import SocketNotifier
from service.logs import request_ids

if TYPE_CHECKING:
    from celery import Celery

log = logging.getLogger("greenroom.jobs")

#: After a wake-up could not be sent, no wake-ups are sent for this many seconds. The sweeps find the work meanwhile.
BREAK = 5.0
#: If no wake-up was sent because a worker was polling, check again after this many seconds: that worker may have died meanwhile.
AGAIN = 1.0


class Notifier(Protocol):
    """Wakes workers for work that is already committed. Never blocks, never raises. `anyway`: send the wake-up even if a worker
    is polling."""

    def notify(self, job: Job, *, anyway: bool = False) -> None: ...


@dataclass(slots=True)
class _Pending:
    """A wake-up for one job that is not sent yet: the ids of its requests, and whether to send it also if a worker is polling."""

    told: set[str] = field(default_factory=set)
    anyway: bool = False


class CeleryNotifier:
    """Sends wake-ups from its own thread, for each job no more often than `PAUSES` allows."""

    def __init__(self, app: "Celery") -> None:
        self._app = app
        self._wanted: dict[Job, _Pending] = {}
        self._next: dict[Job, float] = dict.fromkeys(Job, 0.0)
        self._again = math.inf
        self._wake = threading.Condition()
        self._thread: threading.Thread | None = None

    def notify(self, job: Job, *, anyway: bool = False) -> None:
        with self._wake:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="notifier", daemon=True)
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
        """Block until at least one wake-up may be sent; take all that may be sent now."""
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
            # Redis is down, hangs, is full, or is no Redis at all. No work is lost: it is committed, and the sweep finds it.
            log.warning("notify_failed", extra={"job": job.value, "error": type(error).__name__})
            return False
        return True

    def _somebody_will(self, ring: _Pending) -> bool:
        """True if a worker is polling or a wake-up is queued: either will see the committed rows.

        If a worker was polling, the check is repeated after `AGAIN` seconds, because that worker may have died. The check costs a
        tenth of what sending a wake-up costs. With it, wake-ups do not pile up when the workers are stopped or overloaded.
        """
        with self._app.producer_or_acquire() as producer:
            redis = producer.channel.client
            watched = not ring.anyway and bool(redis.exists(POLLING_KEY))
            self._again = time.monotonic() + AGAIN if watched else math.inf
            return watched or bool(redis.exists(f"{PREFIX}{Route.CHECKS}"))


def notifier(settings: Settings) -> Notifier:
    """The notifier for these settings: Celery messages through Redis, or without a broker datagrams to the worker on this machine."""
    if not settings.has_broker:
        return SocketNotifier(settings.home)
    # Imported only here: without a broker, Celery would only cost memory.
    from service.jobs.celery_app import celery_app

    return CeleryNotifier(celery_app(settings))
