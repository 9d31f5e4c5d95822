"""The sweep: retries work whose wake-up was lost, and runs maintenance. Works with and without a broker."""

import logging
import math
import os
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from service.clock import utcnow
from service.jobs.names import PAUSES, Job
from service.jobs.wake_sockets import LOOK_EVERY, WakeSockets
from service.logs import request_ids
from service.store.accounts.mails import due_mail
from service.store.comments.claim import claimed_since, oldest_unclaimed
from service.store.webhooks.deliveries import anything_due, deliveries_claimed_since
from workers.checking.check_pending import check_pending
from workers.checking.external_feedback import send_feedback
from workers.periodic.daily_statistics import count_days
from workers.periodic.delete_attempts import delete_attempts
from workers.periodic.expire_idempotency_keys import expire_idempotency_keys
from workers.periodic.forget_reporters import forget_reporters
from workers.periodic.limit_waits import limit_waits
from workers.periodic.mail_authors import mail_decisions
from workers.periodic.mail_moderators import mail_moderators
from workers.periodic.send_mails import give_up_mails, send_mails
from workers.periodic.tell_of_old_queues import tell_of_old_queues
from workers.periodic.train_site_models import start_learning
from workers.resources.worker_resources import WorkerResources
from workers.webhooks.courier import Courier, delivery_lease
from workers.webhooks.deliver import deliver

log = logging.getLogger("greenroom.sweep")


#: Seconds between two looks for comments that wait because no worker lives.
LOOK_FOR_LATE_EVERY = 3.0
#: Seconds after which the sweep wakes the workers although nothing waits: they look whether a model should learn, and metrics and
#: `greenroom doctor` show that they live.
SHOW_LIFE_EVERY = 30.0


@dataclass(frozen=True, slots=True)
class PeriodicJob:
    """A job that runs again and again: at its wake-up, or `pause` seconds after its last run.

    Without a broker a thread runs it. With one, the sweep sends the job's wake-up, or runs a job that has none.
    """

    name: str
    run: Callable[[WorkerResources], object]
    pause: float
    wake_up: Job | None = None


def _count(resources: WorkerResources) -> None:
    count_days(resources.database)


#: All periodic work, with and without a broker.
PERIODIC_JOBS = (
    PeriodicJob("checks", check_pending, LOOK_EVERY, Job.DRAIN),
    PeriodicJob("courier", deliver, LOOK_EVERY, Job.DELIVER),
    PeriodicJob("learner", start_learning, 10.0, Job.LEARN),
    PeriodicJob("mails", send_mails, LOOK_EVERY, Job.MAIL),
    PeriodicJob("old mails", give_up_mails, 60.0),
    PeriodicJob("statistics", _count, 30.0),
    PeriodicJob("expiry", expire_idempotency_keys, 60.0),
    PeriodicJob("feedback", send_feedback, 10.0),
    PeriodicJob("attempts", delete_attempts, 600.0),
    PeriodicJob("reporters", forget_reporters, 600.0),
    PeriodicJob("waits", limit_waits, 10.0),
    PeriodicJob("old queues", tell_of_old_queues, 10.0),
    PeriodicJob("moderators", mail_moderators, 10.0),
    PeriodicJob("authors", mail_decisions, 10.0),
)


class Timetable:
    """When the sweep of this process last ran each periodic job, or sent its wake-up."""

    def __init__(self, resources: WorkerResources) -> None:
        self._tolerance = resources.settings.sweep_every / 2
        self._last: dict[str, float] = {}

    def is_due(self, job: PeriodicJob, pause: float) -> bool:
        """Whether the pause since its last run is over, or ends before the middle of the time to the next sweep."""
        return time.monotonic() + self._tolerance >= self._last.get(job.name, -math.inf) + pause

    def ran(self, job: PeriodicJob) -> None:
        self._last[job.name] = time.monotonic()

    def close(self) -> None:
        """It holds nothing."""


def sweep(resources: WorkerResources) -> None:
    """One sweep: wake the workers where work waits, check and deliver what has waited too long, then run due jobs without a wake-up."""
    timetable, waiting = resources.singleton(Timetable), _waiting(resources)
    for job in PERIODIC_JOBS:
        if job.wake_up and (job.wake_up in waiting or timetable.is_due(job, SHOW_LIFE_EVERY)):
            resources.notifier.notify(job.wake_up, anyway=job.wake_up is Job.DRAIN)
            timetable.ran(job)
    check_late(resources)
    deliver_late(resources)
    for job in PERIODIC_JOBS:
        if not job.wake_up and timetable.is_due(job, job.pause):
            job.run(resources)
            timetable.ran(job)


def _waiting(resources: WorkerResources) -> set[Job]:
    """The wake-ups that there is work for: a look costs less than a wake-up in vain. Learning waits until the workers are woken
    anyway."""
    now, lease = utcnow(), timedelta(seconds=resources.settings.lease)
    with resources.database.reading_quickly() as session:
        waits = {
            Job.DRAIN: oldest_unclaimed(session, now=now, lease=lease) is not None,
            Job.DELIVER: anything_due(session, now=now),
            Job.MAIL: due_mail(session, now=now) is not None,
        }
    return {job for job, some in waits.items() if some}


def check_late(resources: WorkerResources) -> None:
    """Check in this process if comments wait and no worker has claimed any for `sweep_after` seconds: a wake-up was lost, or no
    worker lives. While workers claim comments they are left alone, however long the queue is."""
    settings, now = resources.settings, utcnow()
    lease, late = timedelta(seconds=settings.lease), now - timedelta(seconds=settings.sweep_after)
    with resources.database.reading_quickly() as session:
        oldest = oldest_unclaimed(session, now=now, lease=lease)
        needed = oldest is not None and oldest < late and not claimed_since(session, late, lease=lease)
    if needed and oldest:
        log.warning("sweep_checks_pending", extra={"oldest": oldest.isoformat()})
        check_pending(resources)


def deliver_late(resources: WorkerResources) -> None:
    """Deliver in this process if deliveries are late and no delivery worker has claimed any: a wake-up was lost, or no worker lives.
    While delivery workers claim deliveries they are left alone, however many wait: else the threads of this process would serve slow
    receivers, too."""
    settings, now = resources.settings, utcnow()
    late = now - timedelta(seconds=settings.sweep_every + settings.sweep_after)
    # A worker that waits for slow receivers claims nothing for as long as an attempt lasts.
    since = late - timedelta(seconds=settings.webhook_timeout)
    lease, own = delivery_lease(settings), resources.singleton(Courier).under_way
    with resources.database.reading_quickly() as session:
        needed = anything_due(session, now=late) and not deliveries_claimed_since(session, since, lease=lease, own=own)
    if needed:
        deliver(resources)


def keep_sweeping(resources: WorkerResources, stop: threading.Event, sockets: WakeSockets | None = None) -> None:
    """Sweep until `stop` is set. Without a broker (`sockets`: where the wake-ups come) this process does all the work itself.

    With one, a thread looks for late comments only, because a sweep may take long.
    """
    if sockets:
        _keep_running(PERIODIC_JOBS, resources, stop, sockets)
    else:
        sweeping = PeriodicJob("sweep", sweep, resources.settings.sweep_every)
        _keep_running([sweeping, PeriodicJob("late", check_late, LOOK_FOR_LATE_EVERY)], resources, stop)


def keep_checking(resources: WorkerResources, stop: threading.Event, sockets: WakeSockets) -> None:
    """Check comments until `stop` is set: one more worker beside the one that sweeps, without a broker."""
    _keep_running(PERIODIC_JOBS[:1], resources, stop, sockets)


def _keep_running(
    jobs: Sequence[PeriodicJob], resources: WorkerResources, stop: threading.Event, sockets: WakeSockets | None = None
) -> None:
    """Run each job in a thread of its own until `stop` is set and all have ended."""
    stopped, stopping = os.pipe()

    def repeat(job: PeriodicJob) -> None:
        """Run a job again and again. An error does not end the loop: if the database cannot be reached, the job is tried again."""
        while not stop.is_set():
            began = time.monotonic()
            try:
                resources.work(job.run)
            except Exception:
                log.exception("sweep_failed")
                stop.wait(1.0)
            if sockets and job.wake_up:
                # What comes meanwhile shares the cost of one run.
                stop.wait(max(0.0, began + PAUSES[job.wake_up] - time.monotonic()))
                request_ids.set(sockets.wait(job.wake_up, job.pause, stopped))
            else:
                stop.wait(job.pause)

    threads = [threading.Thread(target=repeat, args=(job,), name=job.name) for job in jobs]
    for thread in threads:
        thread.start()
    stop.wait()
    # Ends each wait for a wake-up.
    os.close(stopping)
    for thread in threads:
        thread.join()
    os.close(stopped)
