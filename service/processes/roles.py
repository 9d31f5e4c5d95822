"""The roles of processes: web, checks, courier, beat, sweep. The same code runs standalone and under `greenroom up`."""

import gc
import importlib
import os
import signal
import socket
import sys
import tempfile
import threading
import warnings
from contextlib import nullcontext, suppress
from enum import StrEnum

from setproctitle import setproctitle

from service import logs
from service.child_process import die_with_parent
from service.config import Settings
from service.jobs.names import Route
from service.jobs.wake_sockets import WakeSockets
from service.processes.web import METRICS_FOLDER, serve
from service.uncaught_errors import log_stderr, log_uncaught

_CELERY = (
    "workers.app",
    "celery.app.amqp",
    "celery.app.control",
    "celery.app.events",
    "celery.app.log",
    "celery.apps.worker",
    "celery.backends.base",
    "celery.concurrency.prefork",
    "celery.concurrency.thread",
    "celery.events.receiver",
    "celery.fixups.django",
    "celery.worker.autoscale",
    "celery.worker.components",
    "celery.worker.consumer",
    "celery.worker.consumer.delayed_delivery",
    "celery.worker.strategy",
    "kombu.transport.redis",
)


class Role(StrEnum):
    """One kind of process."""

    WEB = "web"
    CHECKS = "checks"
    COURIER = "courier"
    BEAT = "beat"
    SWEEP = "sweep"


def run(
    role: Role, settings: Settings, *, sweeping: bool = False, watched: bool = False, sockets: WakeSockets | None = None
) -> None:
    """Run this role until a signal ends it. `sweeping`: also run the sweep here, which saves a process and 30 MB. `sockets`: where
    wake-ups come without a broker, if other processes share them. `watched`: another process starts this one again."""
    setproctitle(f"greenroom {role}")
    logs.configure(role, level=settings.log_level, style=settings.log_format)
    log_uncaught()
    log_stderr()
    if sweeping:
        _sweep_beside(settings)
    match role:
        case Role.WEB:
            serve(settings, watched=watched)
        case Role.CHECKS:
            _checks(settings, sockets)
        case Role.COURIER:
            _courier(settings)
        case Role.BEAT:
            _beat(settings)
        case Role.SWEEP:
            _sweep(settings, sockets)


def _sweep_beside(settings: Settings) -> None:
    """Sweep in a daemon thread, which ends with its process. If a sweep is interrupted, the next sweep does its work."""
    from workers.periodic.sweep import keep_sweeping
    from workers.resources.worker_resources import WorkerResources

    threading.Thread(
        target=keep_sweeping, args=(WorkerResources.open(settings), threading.Event()), name="sweep", daemon=True
    ).start()


def load_libraries(roles: set[Role], settings: Settings) -> None:
    """Import the libraries of these roles once, before the fork: the processes start fast and share the memory."""
    # Celery reads this on import: SIGTERM then ends a worker within `worker_soft_shutdown_timeout`.
    os.environ.setdefault("REMAP_SIGTERM", "SIGQUIT")
    if Role.WEB in roles and settings.web_processes > 1:
        # prometheus_client reads this on import: each web process writes its metrics here, so that any of them can show the sum.
        os.environ.setdefault(METRICS_FOLDER, tempfile.mkdtemp(prefix="greenroom-metrics-"))
    for role in roles:
        for name in _LIBRARIES[role]:
            importlib.import_module(name)
    _warm_up(roles)
    # Forked processes share these memory pages (copy-on-write). Freeze the objects, so that the garbage collector does not
    # write to the pages.
    gc.collect()
    gc.freeze()


def _warm_up(roles: set[Role]) -> None:
    """Build ORM mappings, word lists and models once, before the fork, instead of in every process."""
    from sqlalchemy.orm import configure_mappers

    configure_mappers()
    if roles & {Role.CHECKS, Role.SWEEP}:
        from service.domain.policy.check_input import CheckInput
        from workers.checks import signals_of

        signals_of(CheckInput("A few calm words, see https://example.org for more."))
    _give_back()


def _give_back() -> None:
    """Return freed memory to the system: glibc would keep it. Other C libraries have no `malloc_trim`."""
    import ctypes

    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim:
        trim(0)


def _checks(settings: Settings, sockets: WakeSockets | None) -> None:
    """A Celery worker; without a broker, one more worker beside the sweep."""
    from workers.periodic.sweep import keep_checking
    from workers.resources.worker_resources import WorkerResources

    # Before the pool forks, so that its processes share the memory.
    load_transformer(settings)
    if sockets:
        keep_checking(WorkerResources.open(settings), _stopped_by_signal(), sockets)
    else:
        _celery(settings, Role.CHECKS, Route.CHECKS, pool="prefork", concurrency=settings.check_processes)


def load_transformer(settings: Settings) -> None:
    """Load the transformer, if it is installed and used: a worker and what it forks share its memory."""
    from workers.checks.deep.transformer import shipped_transformer

    if not settings.transformer_seconds:
        return
    with suppress(Exception):
        shipped_transformer()
    _give_back()


def _courier(settings: Settings) -> None:
    # Deliveries wait for the network, not for the CPU, so threads are enough. There are two threads, so that two tasks can run at
    # the same time.
    _celery(settings, Role.COURIER, Route.DELIVERIES, pool="threads", concurrency=2)


def _celery(settings: Settings, role: Role, route: Route, *, pool: str, concurrency: int) -> None:
    """A Celery worker of one route, as `celery -A workers.main worker -Q …` would start it."""
    from celery import signals
    from celery.exceptions import SecurityWarning

    from workers.app import build

    # Celery warns when it runs as root, because a pickled message could run any code. Ours are JSON and only name a job.
    warnings.filterwarnings("ignore", category=SecurityWarning)
    main = os.getpid()
    # A pool process never outlives the main process of its worker.
    signals.worker_process_init.connect(lambda **_: die_with_parent(main), weak=False)
    signals.setup_logging.connect(lambda **_: None, weak=False)
    worker = build(settings).Worker(
        hostname=f"{role}@{socket.gethostname()}",
        queues=[route.value],
        pool_cls=pool,
        concurrency=concurrency,
        loglevel="WARNING",
        quiet=True,
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=True,
    )
    worker.start()
    sys.exit(worker.exitcode)


def _beat(settings: Settings) -> None:
    """Schedule a sweep every few seconds. The schedule is kept in memory only: a restart needs no earlier state."""
    from celery import signals

    from workers.app import build

    signals.setup_logging.connect(lambda **_: None, weak=False)
    build(settings).Beat(scheduler="celery.beat:Scheduler", quiet=True, loglevel="WARNING").run()


def _sweep(settings: Settings, sockets: WakeSockets | None) -> None:
    """The sweep; without a broker it is the worker, and makes its own sockets if it shares none."""
    from workers.periodic.sweep import keep_sweeping
    from workers.resources.worker_resources import WorkerResources

    if not settings.has_broker:
        load_transformer(settings)
    with nullcontext(sockets) if sockets or settings.has_broker else WakeSockets(settings.home) as wake_ups:
        keep_sweeping(WorkerResources.open(settings), _stopped_by_signal(), wake_ups)


def _stopped_by_signal() -> threading.Event:
    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    return stop


_LIBRARIES: dict[Role, tuple[str, ...]] = {
    Role.WEB: ("granian.server.mp", "uvloop", "service.web.server.asgi"),
    Role.CHECKS: _CELERY,
    Role.COURIER: _CELERY,
    Role.BEAT: ("workers.app", "celery.apps.beat"),
    Role.SWEEP: ("workers.periodic.sweep",),
}
