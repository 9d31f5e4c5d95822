"""The Celery application of the workers: the thin tasks, and what is built after the fork."""

import os
from typing import Any

from celery import Celery

from service.config import Settings, load
from service.jobs import Job, celery_app
from workers.deliver import deliver
from workers.drain import drain
from workers.sweep import sweep
from workers.workshop import Workshop

_open: dict[int, Workshop] = {}


def build(settings: Settings | None = None) -> Celery:
    """The application with its tasks and its beat. Each task is safe to run twice and finds its own work."""
    settings = settings or load(os.environ)
    app = celery_app(settings)

    def workshop() -> Workshop:
        # Keyed by process: a forked child must never use its parent's connections.
        return _open.setdefault(os.getpid(), Workshop.open(settings))

    @app.task(name=Job.DRAIN.value)
    def run_drain() -> None:
        drain(workshop())

    @app.task(name=Job.DELIVER.value)
    def run_deliver() -> None:
        deliver(workshop())

    @app.task(name=Job.SWEEP.value)
    def run_sweep() -> None:
        sweep(workshop())

    app.conf.beat_schedule = _schedule(settings)
    return app


def _schedule(settings: Settings) -> dict[str, Any]:
    return {
        "sweep": {
            "task": Job.SWEEP.value,
            "schedule": settings.sweep_every,
            "options": {"expires": settings.sweep_every},
        }
    }
