"""The sweep wakes workers where work waits, and now and then to show that they live; it runs each other job once in its pause."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from service.config import Settings
from service.jobs.names import Job
from service.store.db.engine import Database
from tests.support.factories import draft, site, submitted
from workers.periodic import sweep as module
from workers.periodic.sweep import PERIODIC_JOBS, PeriodicJob, sweep
from workers.resources.worker_resources import WorkerResources


class KeptWakeUps:
    """Keeps the wake-ups in place of a broker."""

    def __init__(self) -> None:
        self.jobs: list[Job] = []

    def notify(self, job: Job, *, anyway: bool = False) -> None:
        self.jobs.append(job)


@pytest.fixture
def sent() -> KeptWakeUps:
    return KeptWakeUps()


@pytest.fixture
def resources(settings: Settings, sent: KeptWakeUps) -> Iterator[WorkerResources]:
    resources = replace(WorkerResources.open(replace(settings, sweep_after=60.0)), notifier=sent)
    yield resources
    resources.close()


def test_workers_are_woken_at_first_and_then_only_for_work(
    database: Database, resources: WorkerResources, sent: KeptWakeUps
) -> None:
    sweep(resources)
    assert set(sent.jobs) == {job.wake_up for job in PERIODIC_JOBS if job.wake_up}
    sent.jobs.clear()
    # Two sweeps later nothing waits.
    _later(resources, 11.0)
    sweep(resources)
    assert sent.jobs == []
    with database.writing() as session:
        site(session)
        submitted(session, draft("A calm word."), now=datetime.now(UTC))
    _later(resources, 5.0)
    sweep(resources)
    assert Job.DRAIN in sent.jobs
    assert Job.DELIVER not in sent.jobs


def test_workers_show_that_they_live(resources: WorkerResources, sent: KeptWakeUps) -> None:
    sweep(resources)
    sent.jobs.clear()
    _later(resources, module.SHOW_LIFE_EVERY)
    sweep(resources)
    assert {Job.DRAIN, Job.DELIVER} <= set(sent.jobs)


def test_a_job_runs_once_in_its_pause(resources: WorkerResources, monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[str] = []
    jobs = [
        PeriodicJob(name, lambda _, name=name: ran.append(name), pause) for name, pause in (("often", 5.0), ("rarely", 600.0))
    ]
    monkeypatch.setattr(module, "PERIODIC_JOBS", jobs)
    for _ in range(3):
        sweep(resources)
        # A beat that is a moment early skips nothing.
        _later(resources, 4.9)
    assert ran == ["often", "rarely", "often", "often"]


def _later(resources: WorkerResources, seconds: float) -> None:
    """So much time has passed since the last sweep."""
    timetable = resources.singleton(module.Timetable)
    timetable._last = {name: at - seconds for name, at in timetable._last.items()}
