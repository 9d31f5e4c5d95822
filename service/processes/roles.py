"""What each process does: web, checks, courier, beat, sweep. The same code alone and in the tree of `greenroom up`."""

import gc
import importlib
import os
import resource
import shutil
import signal
import socket
import sys
import tempfile
import threading
import warnings
from collections.abc import Callable
from enum import StrEnum
from typing import Any

from setproctitle import setproctitle

from service import logs
from service.child_process import die_with_parent
from service.config import Settings, load
from service.jobs.names import Route
from service.uncaught_errors import log_stderr, log_uncaught

#: Seconds that requests under way may take once the web process is told to stop.
WEB_GRACE = 5
#: Seconds after which a connection without a request is closed. Longer than the 60 s of the usual proxies: whoever closes first
#: must be the one that sends, or a request meets a closed door. Such a connection holds no thread, only a file descriptor.
KEEP_ALIVE = 75
#: Connections that a web process holds at once, busy or idle; the others wait in the kernel. An idle one holds no thread and a few kilobytes.
CONNECTIONS = 4096
_METRICS_FOLDER = "PROMETHEUS_MULTIPROC_DIR"


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


def run(role: Role, settings: Settings, *, sweeping: bool = False) -> None:
    """Be this process until a signal ends it. `sweeping` gives it the sweeps too: a process less, and 30 MB."""
    setproctitle(f"greenroom {role}")
    logs.configure(role, level=settings.log_level, style=settings.log_format)
    log_uncaught()
    log_stderr()
    if sweeping:
        _sweep_beside(settings)
    _RUN[role](settings)


def _sweep_beside(settings: Settings) -> None:
    """Sweep in a thread. It ends with its process: a sweep that is cut short is made good by the next one."""
    from workers.periodic.sweep import keep_sweeping
    from workers.resources.worker_resources import WorkerResources

    threading.Thread(
        target=keep_sweeping, args=(WorkerResources.open(settings), threading.Event()), name="sweep", daemon=True
    ).start()


def load_libraries(roles: set[Role], settings: Settings) -> None:
    """Import what these roles need, once, before they are forked: they start at once and share the memory."""
    # Celery reads this when it is imported: SIGTERM then ends a worker within `worker_soft_shutdown_timeout`.
    os.environ.setdefault("REMAP_SIGTERM", "SIGQUIT")
    if Role.WEB in roles and settings.web_processes > 1:
        # Read on import too: each web process writes its own metrics down here, so that any of them can show the sum.
        os.environ.setdefault(_METRICS_FOLDER, tempfile.mkdtemp(prefix="greenroom-metrics-"))
    for role in roles:
        for name in _LIBRARIES[role]:
            importlib.import_module(name)
    _warm_up(roles)
    # What is there now is shared by all processes that are forked from here; the collector must not write into those pages.
    gc.collect()
    gc.freeze()


def _warm_up(roles: set[Role]) -> None:
    """Make once what every process would make for itself: mappings, word lists, models."""
    from sqlalchemy.orm import configure_mappers

    configure_mappers()
    if roles & {Role.CHECKS, Role.SWEEP}:
        from workers.checks.standalone import check_line

        check_line("A few calm words, see https://example.org for more.")
    _give_back()


def _give_back() -> None:
    """Return to the system what was needed only while those were made: glibc would keep it. Other libraries have no such call."""
    import ctypes

    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim:
        trim(0)


def _web(settings: Settings) -> None:
    from granian import Granian
    from granian.constants import HTTPModes, Interfaces, Loops
    from granian.http import HTTP1Settings
    from granian.log import LogLevels

    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    server = Granian(
        "service.processes.roles:web_app",
        address=settings.host,
        port=settings.port,
        interface=Interfaces.ASGINL,
        loop=Loops.uvloop,
        factory=True,
        workers=settings.web_processes,
        backlog=2048,
        backpressure=CONNECTIONS,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(header_read_timeout=KEEP_ALIVE * 1000, max_buffer_size=128 * 1024),
        websockets=False,
        respawn_failed_workers=True,
        workers_kill_timeout=WEB_GRACE,
        process_name="greenroom web",
        log_level=LogLevels.error,
        log_dictconfig=_granian_logs(),
    )
    try:
        server.serve()
    finally:
        if folder := os.environ.get(_METRICS_FOLDER):
            shutil.rmtree(folder, ignore_errors=True)


def web_app() -> Any:
    """The application, made in the process that serves it; that process never outlives granian's main one."""
    from service.processes.trial import trial
    from service.web.server.asgi import app
    from service.web.server.write_timeout import give_up_unread

    die_with_parent(os.getppid())
    settings = load(os.environ)
    service = app(settings, trial=trial)
    give_up_unread(settings.port, settings.write_timeout)
    # What is there now stays: the collector need not walk through it again and again while every request waits.
    gc.collect()
    gc.freeze()
    # The committer works beside many threads: it waits a millisecond for its turn, and not five.
    sys.setswitchinterval(0.001)
    return service


def _granian_logs() -> dict[str, Any]:
    """granian's own lines go where all others go."""
    ours = {"handlers": [], "propagate": True}
    return {"handlers": {}, "formatters": {}, "loggers": {"_granian": ours, "granian.access": ours}}


def _checks(settings: Settings) -> None:
    _celery(settings, Role.CHECKS, Route.CHECKS, pool="prefork", concurrency=settings.worker_processes)


def _courier(settings: Settings) -> None:
    # A delivery waits for the host, not for the processor: threads, and one task waits while another works.
    _celery(settings, Role.COURIER, Route.DELIVERIES, pool="threads", concurrency=2)


def _celery(settings: Settings, role: Role, route: Route, *, pool: str, concurrency: int) -> None:
    """A Celery worker of one route, as `celery -A workers.main worker -Q …` would start it."""
    from celery import signals
    from celery.exceptions import SecurityWarning

    from workers.app import build

    # Celery warns root because a pickled message could run anything; ours are JSON, and name no more than a job.
    warnings.filterwarnings("ignore", category=SecurityWarning)
    main = os.getpid()
    # Pool processes never outlive their main one.
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
    """Rings for a sweep every few seconds. Where it was before a restart is of no use to it."""
    from celery import signals

    from workers.app import build

    signals.setup_logging.connect(lambda **_: None, weak=False)
    build(settings).Beat(scheduler="celery.beat:Scheduler", quiet=True, loglevel="WARNING").run()


def _sweep(settings: Settings) -> None:
    from workers.periodic.sweep import keep_sweeping
    from workers.resources.worker_resources import WorkerResources

    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    keep_sweeping(WorkerResources.open(settings), stop)


_RUN: dict[Role, Callable[[Settings], None]] = {
    Role.WEB: _web,
    Role.CHECKS: _checks,
    Role.COURIER: _courier,
    Role.BEAT: _beat,
    Role.SWEEP: _sweep,
}

_LIBRARIES: dict[Role, tuple[str, ...]] = {
    Role.WEB: ("granian.server.mp", "uvloop", "service.web.server.asgi"),
    Role.CHECKS: _CELERY,
    Role.COURIER: _CELERY,
    Role.BEAT: ("workers.app", "celery.apps.beat"),
    Role.SWEEP: ("workers.periodic.sweep",),
}
