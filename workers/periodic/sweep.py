"""The sweeps: what a lost bell would have started is started again, with or without a broker."""

import logging
import threading
from datetime import UTC, datetime, timedelta

from service.jobs.names import Job
from service.jobs.notify import NoNotifier
from service.store.comments.claim import oldest_pending
from service.store.webhooks.deliveries import anything_due
from workers.checking.check_pending import check_pending
from workers.checking.external_feedback import send_feedback
from workers.periodic.daily_statistics import count_days
from workers.periodic.expire_idempotency_keys import expire_idempotency_keys
from workers.periodic.train_site_models import start_learning
from workers.resources.worker_resources import WorkerResources
from workers.webhooks.deliver import deliver

log = logging.getLogger("greenroom.sweep")

#: Seconds between two looks where there is no broker to ring.
POLL = 0.02
#: Seconds between two looks whether there is something to learn, there.
LOOK = 5.0
#: Seconds between two looks at what the charts show; counting itself is rarer.
COUNT = 30.0
#: Seconds between two looks for what has been kept long enough.
TIDY = 60.0


def sweep(workshop: WorkerResources) -> None:
    """One sweep: a constant number of nudges; and where a comment waits too long, its verdict right here."""
    workshop.bell.notify(Job.DRAIN, anyway=True)
    workshop.bell.notify(Job.DELIVER)
    workshop.bell.notify(Job.LEARN)
    late = datetime.now(UTC) - timedelta(seconds=workshop.settings.sweep_after)
    with workshop.database.reading() as session:
        oldest, undelivered = oldest_pending(session), anything_due(session, now=late)
    if oldest is not None and oldest < late:
        log.warning("sweep_drains", extra={"oldest": oldest.isoformat()})
        check_pending(workshop)
        undelivered = True
    if undelivered:
        deliver(workshop)
    _count(workshop)
    expire_idempotency_keys(workshop)
    send_feedback(workshop)


def keep_sweeping(workshop: WorkerResources, stop: threading.Event) -> None:
    """Sweep until told to stop. Without a broker this is the worker and the courier itself."""
    if isinstance(workshop.bell, NoNotifier):
        beside = [
            threading.Thread(target=_repeat, args=(job, workshop, stop, pause), name=name)
            for name, job, pause in (
                ("courier", deliver, POLL),
                ("learner", start_learning, LOOK),
                ("counter", _count, COUNT),
                ("tidier", expire_idempotency_keys, TIDY),
                ("teller", send_feedback, LOOK),
            )
        ]
        for thread in beside:
            thread.start()
        _repeat(check_pending, workshop, stop, POLL)
        for thread in beside:
            thread.join()
    else:
        _repeat(sweep, workshop, stop, workshop.settings.sweep_every)


def _count(workshop: WorkerResources) -> None:
    count_days(workshop.database)


def _repeat(job: object, workshop: WorkerResources, stop: threading.Event, pause: float) -> None:
    """Run a job again and again. A database that is away is waited for, never a reason to end."""
    while not stop.is_set():
        try:
            job(workshop)  # type: ignore[operator]
        except Exception:
            log.exception("sweep_failed")
            stop.wait(1.0)
        stop.wait(pause)
