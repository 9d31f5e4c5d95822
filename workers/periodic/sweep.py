"""The sweeps: what a lost bell would have started is started again, with or without a broker."""

import logging
import threading
from datetime import UTC, datetime, timedelta

from service.jobs.names import Job
from service.jobs.notify import NoBell
from service.store.comments.claim import oldest_pending
from service.store.webhooks.deliveries import anything_due
from workers.checking.check_pending import drain
from workers.checking.external_feedback import tell
from workers.periodic.daily_statistics import count_days
from workers.periodic.expire_idempotency_keys import tidy
from workers.periodic.train_site_models import start_learning
from workers.resources.worker_resources import Workshop
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


def sweep(workshop: Workshop) -> None:
    """One sweep: a constant number of nudges; and where a comment waits too long, its verdict right here."""
    workshop.bell.ring(Job.DRAIN, anyway=True)
    workshop.bell.ring(Job.DELIVER)
    workshop.bell.ring(Job.LEARN)
    late = datetime.now(UTC) - timedelta(seconds=workshop.settings.sweep_after)
    with workshop.database.reading() as session:
        oldest, undelivered = oldest_pending(session), anything_due(session, now=late)
    if oldest is not None and oldest < late:
        log.warning("sweep_drains", extra={"oldest": oldest.isoformat()})
        drain(workshop)
        undelivered = True
    if undelivered:
        deliver(workshop)
    _count(workshop)
    tidy(workshop)
    tell(workshop)


def keep_sweeping(workshop: Workshop, stop: threading.Event) -> None:
    """Sweep until told to stop. Without a broker this is the worker and the courier itself."""
    if isinstance(workshop.bell, NoBell):
        beside = [
            threading.Thread(target=_repeat, args=(job, workshop, stop, pause), name=name)
            for name, job, pause in (
                ("courier", deliver, POLL),
                ("learner", start_learning, LOOK),
                ("counter", _count, COUNT),
                ("tidier", tidy, TIDY),
                ("teller", tell, LOOK),
            )
        ]
        for thread in beside:
            thread.start()
        _repeat(drain, workshop, stop, POLL)
        for thread in beside:
            thread.join()
    else:
        _repeat(sweep, workshop, stop, workshop.settings.sweep_every)


def _count(workshop: Workshop) -> None:
    count_days(workshop.database)


def _repeat(job: object, workshop: Workshop, stop: threading.Event, pause: float) -> None:
    """Run a job again and again. A database that is away is waited for, never a reason to end."""
    while not stop.is_set():
        try:
            job(workshop)  # type: ignore[operator]
        except Exception:
            log.exception("sweep_failed")
            stop.wait(1.0)
        stop.wait(pause)
