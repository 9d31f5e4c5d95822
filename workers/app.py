"""The Celery application of the workers: thin tasks, and one WorkerResources per process, opened after the fork."""

import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from celery import Celery, Task

from service.config import Settings
from service.jobs.celery_app import celery_app
from service.jobs.names import REQUEST_IDS, Job
from service.logs import request_ids
from service.setting_sources import load
from workers.checking.check_pending import check_pending
from workers.periodic.send_mails import send_mails
from workers.periodic.sweep import sweep
from workers.periodic.train_site_models import start_learning
from workers.resources.broker_guard import guard
from workers.resources.worker_resources import WorkerResources
from workers.webhooks.deliver import deliver

log = logging.getLogger("greenroom.jobs")

_open: dict[int, WorkerResources] = {}


def build(settings: Settings | None = None) -> Celery:
    """The application with its tasks and its beat schedule. Each task is safe to run twice and finds its own work."""
    settings = settings or load(os.environ)
    guard()
    app = celery_app(settings)

    def resources() -> WorkerResources:
        # Keyed by process id: a forked child must never use its parent's connections.
        if os.getpid() not in _open:
            _open[os.getpid()] = WorkerResources.open(settings)
        return _open[os.getpid()]

    def job(name: Job) -> Callable[[Callable[[Task], None]], Task]:
        # `throws`: `_logged` logs each failure. Celery's own log line would hold the error message, which may quote a comment.
        return app.task(name=name.value, bind=True, throws=(Exception,))  # type: ignore[no-any-return]

    @job(Job.DRAIN)
    def run_drain(task: Task) -> None:
        _run(task, check_pending, resources())

    @job(Job.DELIVER)
    def run_deliver(task: Task) -> None:
        _run(task, deliver, resources())

    @job(Job.SWEEP)
    def run_sweep(task: Task) -> None:
        _run(task, sweep, resources())

    @job(Job.LEARN)
    def run_learn(task: Task) -> None:
        _run(task, start_learning, resources())

    @job(Job.MAIL)
    def run_mail(task: Task) -> None:
        _run(task, send_mails, resources())

    app.conf.beat_schedule = _schedule(settings)
    return app


def _run(task: Task, work: Callable[[WorkerResources], object], resources: WorkerResources) -> None:
    with _logged(task):
        resources.work(work)


@contextmanager
def _logged(task: Task) -> Iterator[None]:
    """Add the ids of the requests behind this wake-up to the task's log lines, and log why the task fails."""
    token = request_ids.set(tuple(task.request.get(REQUEST_IDS) or ()))
    try:
        yield
    except Exception:
        log.exception("job_failed", extra={"job": task.name})
        raise
    finally:
        request_ids.reset(token)


def _schedule(settings: Settings) -> dict[str, Any]:
    return {
        "sweep": {
            "task": Job.SWEEP.value,
            "schedule": settings.sweep_every,
            "options": {"expires": settings.sweep_every},
        }
    }
