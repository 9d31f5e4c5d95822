"""The web role: granian, with the application that it serves."""

import gc
import os
import resource
import shutil
import sys
from pathlib import Path
from typing import Any

from service.child_process import die_with_parent
from service.config import Settings
from service.processes.socket_file import make_room
from service.setting_sources import load

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
#: The variable that names the folder where several web processes share their metrics.
METRICS_FOLDER = "PROMETHEUS_MULTIPROC_DIR"


def serve(settings: Settings, *, watched: bool) -> None:
    """Serve until a signal ends it. `watched`: another process starts this one again, and kills it if it does not end."""
    from granian import Granian
    from granian.constants import HTTPModes, Interfaces, Loops
    from granian.http import HTTP1Settings
    from granian.log import LogLevels

    if settings.socket:
        make_room(settings.socket)
    server = (_one_process() if watched and settings.web_processes == 1 else Granian)(
        "service.processes.web:web_app",
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
        if folder := os.environ.get(METRICS_FOLDER):
            shutil.rmtree(folder, ignore_errors=True)


def _one_process() -> Any:
    """A granian server that serves in this process. Its usual main process only watches the serving one, as `greenroom up` does,
    and takes 20 MB. It also kills it after `WEB_GRACE`: one slow client could keep it alive."""
    from granian.server.mp import MPServer

    class OneProcess(MPServer):
        def _serve(self, spawn_target: Any, target_loader: Any) -> None:
            self._init_shared_socket()  # type: ignore[no-untyped-call]
            # The body of granian's worker process, run in this one. It ends at SIGTERM or SIGINT.
            self._spawn_worker(0, spawn_target, target_loader).inner.run()

    return OneProcess


def _connections() -> int:
    """The number of connections that this process may have open. Raises its limit of open files as far as it may."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    return CONNECTIONS if most == resource.RLIM_INFINITY else max(1, min(CONNECTIONS, most - _OTHER_FILES))


def web_app() -> Any:
    """Make the application. Called in the process that serves it, which never outlives its parent."""
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
