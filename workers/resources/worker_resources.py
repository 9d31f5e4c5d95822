"""WorkerResources: settings, database, notifier, site models and poll lease. Built once per process, after the fork."""

from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, Protocol, TypeVar, cast

from service.config import Settings
from service.domain.audit_events import ActorKind, AuditActor
from service.jobs.active_poller import NoPollLease, PollLease, poll_lease
from service.jobs.notify import Notifier, notifier
from service.store.db.engine import ANSWER_PATIENCE, Database
from workers.resources.recent_comments import RecentComments
from workers.resources.rest_watch import RestWatch
from workers.resources.site_model_cache import SiteModelCache
from workers.resources.work_counter import WorkCounter

#: Jobs whose runs are counted: the metrics show how long ago each last ran.
_HEARTBEATS = {"check_pending": "checks", "deliver": "deliveries", "sweep": "sweep"}


class Closable(Protocol):
    """A singleton: it lives as long as its process."""

    def close(self) -> None: ...


T = TypeVar("T", bound=Closable)


@dataclass(frozen=True, slots=True)
class WorkerResources:
    """What a job needs: settings, database, notifier, site models, recent comments, poll lease."""

    settings: Settings
    database: Database
    notifier: Notifier
    site_models: SiteModelCache = field(default_factory=SiteModelCache)
    recent_comments: RecentComments = field(default_factory=RecentComments)
    rest_watch: RestWatch = field(default_factory=RestWatch)
    counter: WorkCounter = field(default_factory=WorkCounter)
    poll_lease: PollLease = field(default_factory=NoPollLease)
    _singletons: dict[Any, Closable] = field(default_factory=dict, init=False)
    _lock: Lock = field(default_factory=Lock, init=False, repr=False)

    def singleton(self, kind: "Callable[[WorkerResources], T]") -> T:
        """The only object of this kind in this process. It is made at the first call."""
        with self._lock:
            if kind not in self._singletons:
                self._singletons[kind] = kind(self)
            return cast("T", self._singletons[kind])

    def work(self, job: "Callable[[WorkerResources], object]") -> None:
        """Run this job, unless a backup was restored here: then nothing may be judged or sent until `greenroom resume`."""
        if not self.rest_watch.is_resting(self.database):
            job(self)
        if name := _HEARTBEATS.get(getattr(job, "__name__", "")):
            self.counter.count(f"runs:{name}")
            self.counter.write(self.database)

    @classmethod
    def open(cls, settings: Settings) -> "WorkerResources":
        database = Database.of(settings, patience=ANSWER_PATIENCE, audit_actor=lambda: AuditActor(ActorKind.GREENROOM))
        database.compare_clocks()
        return cls(settings, database, notifier(settings), poll_lease=poll_lease(settings))

    def close(self) -> None:
        """Close the singletons, then the database connections."""
        for one in self._singletons.values():
            one.close()
        self.database.close()
