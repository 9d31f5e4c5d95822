"""The roles of processes: web, checks, courier, beat, sweep. The same code runs standalone and under `greenroom up`."""

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
from contextlib import suppress
from enum import StrEnum
from pathlib import Path
from typing import Any

from setproctitle import setproctitle

from service import logs
from service.child_process import die_with_parent
from service.config import Settings, load
from service.jobs.names import Route
from service.processes.socket_file import make_room
from service.uncaught_errors import log_stderr, log_uncaught

#: Seconds that requests under way may still take after the web process got SIGTERM.
WEB_GRACE = 5
#: Seconds after which an idle keep-alive connection is closed. Longer than the 60 s of common proxies, so that the proxy closes
#: first; otherwise it may send a request on a connection that we just closed. An idle connection holds no thread, only a file
#: descriptor.
KEEP_ALIVE = 75
#: Maximum number of open connections of a web process, busy or idle. Further connections wait in the kernel's backlog. An idle
#: connection takes some 16 KB and no thread. From three quarters on, the longest idle ones are closed.
CONNECTIONS = 8192
#: File descriptors that are left for everything but connections.
_OTHER_FILES = 512
#: Who may connect to the Unix socket: the owner and the group, which the user of the proxy joins.
SOCKET_MODE = 0o660
#: Bytes that a connection may buffer. A longer head is answered with a bare 431; our own error already names the header from 16 KB
#: on.
BUFFER = 32 * 1024
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
    """Run this role until a signal ends it. `sweeping`: also run the sweep here, which saves a process and 30 MB."""
    setproctitle(f"greenroom {role}")
    logs.configure(role, level=settings.log_level, style=settings.log_format)
    log_uncaught()
    log_stderr()
    if sweeping:
        _sweep_beside(settings)
    _RUN[role](settings)


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
        os.environ.setdefault(_METRICS_FOLDER, tempfile.mkdtemp(prefix="greenroom-metrics-"))
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


def _web(settings: Settings) -> None:
    from granian import Granian
    from granian.constants import HTTPModes, Interfaces, Loops
    from granian.http import HTTP1Settings
    from granian.log import LogLevels

    if settings.socket:
        make_room(settings.socket)
    server = Granian(
        "service.processes.roles:web_app",
        address=settings.host,
        port=settings.port,
        uds=Path(settings.socket) if settings.socket else None,
        uds_permissions=SOCKET_MODE,
        interface=Interfaces.ASGINL if settings.fast_paths else Interfaces.WSGI,
        blocking_threads=None if settings.fast_paths else settings.web_threads,
        loop=Loops.uvloop,
        factory=True,
        workers=settings.web_processes,
        backlog=2048,
        backpressure=_connections(),
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(header_read_timeout=KEEP_ALIVE * 1000, max_buffer_size=BUFFER),
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


def _connections() -> int:
    """The number of connections that this process may have open. Raises its limit of open files as far as it may."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    return CONNECTIONS if most == resource.RLIM_INFINITY else max(1, min(CONNECTIONS, most - _OTHER_FILES))


def web_app() -> Any:
    """Make the application. Called in the process that serves it, which never outlives granian's main process."""
    from service.processes.trial import load_checks, trial
    from service.web.app import create_app
    from service.web.server.asgi import AsgiApp, app
    from service.web.server.connection_limits import ConnectionLimits, ConnectionWatch
    from service.web.server.write_timeout import give_up_unread

    die_with_parent(os.getppid())
    settings = load(os.environ)
    if settings.load_checks:
        load_checks()
    service = app(settings, trial=trial) if settings.fast_paths else create_app(settings, trial=trial)
    if not settings.socket:
        give_up_unread(settings.port, settings.write_timeout)
    if isinstance(service, AsgiApp) and not settings.socket:
        # Behind a proxy all connections have its address, and the proxy limits those of its clients.
        per_address = 0 if settings.trusted_proxies else settings.connections_per_ip
        limits = ConnectionLimits(per_address, most=_connections() * 3 // 4)
        ConnectionWatch(settings.port, limits, service.requests).start()
    # These objects live as long as the process. Freeze them, so that garbage collection, which stops all requests, is short.
    gc.collect()
    gc.freeze()
    # The thread of the group commit competes with many others for the GIL: let it wait 1 ms for its turn, not 5.
    sys.setswitchinterval(0.001)
    return service


def _granian_logs() -> dict[str, Any]:
    """Send granian's log lines to our own log handlers."""
    ours = {"handlers": [], "propagate": True}
    return {"handlers": {}, "formatters": {}, "loggers": {"_granian": ours, "granian.access": ours}}


def _checks(settings: Settings) -> None:
    from workers.checks.deep.transformer import shipped_transformer

    # Before the pool forks, so that its processes share the memory. The web process serves already and does not wait for this.
    with suppress(Exception):
        shipped_transformer()
    _give_back()
    _celery(settings, Role.CHECKS, Route.CHECKS, pool="prefork", concurrency=settings.worker_processes)


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
