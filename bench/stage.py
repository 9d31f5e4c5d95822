"""The environment of a benchmark: real servers on free ports, the processes under test, and wrk as the load generator."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from bench.process_tree import cpu_seconds
from service.actions.sites.sites_and_keys import add_key, add_site
from service.setting_sources import load
from service.store.db import migrate
from service.store.db.engine import Database
from service.store.tables.sites import Scope
from tests.support.servers import Postgres, Redis, free_port, wait_until

SECRET = "only a bench knows this secret, long enough"
HERE = Path(__file__).parent


@dataclass(frozen=True)
class Stage:
    """One prepared, empty installation."""

    environ: dict[str, str]
    key: str
    folder: Path
    servers: tuple[int, ...] = ()

    def servers_cpu(self) -> float:
        """CPU seconds that PostgreSQL and Redis have used, if they run."""
        return sum(cpu_seconds(pid) for pid in self.servers)

    @property
    def database_url(self) -> str:
        return self.environ["DATABASE_URL"]


@contextmanager
def stage(engine: str, *, with_redis: bool = False) -> Iterator[Stage]:
    """A migrated database on `sqlite` or `postgresql`, a site `bench` with a key, and a Redis if asked for."""
    with TemporaryDirectory(prefix="greenroom-bench-") as name, ExitStack() as stack:
        folder = Path(name)
        folder.chmod(0o755)
        environ = {
            "GREENROOM_HOME": name,
            "GREENROOM_SECRET_KEY": SECRET,
            "GREENROOM_LOG_LEVEL": "warning",
            "GREENROOM_RATE_PER_MINUTE": "10000000",
        }
        environ["DATABASE_URL"] = f"sqlite:///{folder}/bench.db"
        servers = []
        if engine == "postgresql":
            servers.append(stack.enter_context(find_server(Postgres, folder)))
            environ["DATABASE_URL"] = servers[-1].empty_database()
        if with_redis:
            servers.append(stack.enter_context(find_server(Redis, folder)))
            environ["REDIS_URL"] = servers[-1].url
        yield Stage(environ, _prepare(environ), folder, tuple(server.process.pid for server in servers))


def find_server(kind: Any, folder: Path) -> Any:
    """A server of this kind, not yet started. Ends the program if this machine has none."""
    place = folder / kind.__name__.lower()
    place.mkdir()
    place.chmod(0o755)
    server = kind.find(place)
    if server is None:
        sys.exit(f"this bench needs {kind.__name__}; see docs/performance.md for what to install")
    return server


def _prepare(environ: Mapping[str, str]) -> str:
    database = Database(load(environ).database)
    migrate.upgrade(database)
    with database.writing() as session:
        add_site(session, "bench", origins=["https://bench.example"], now=datetime.now(UTC))
        _, key = add_key(session, "bench", scopes=list(Scope), now=datetime.now(UTC))
    database.close()
    return key


@contextmanager
def process(
    command: list[str], environ: Mapping[str, str], *, ready: str = "", quiet: bool = True, place: Path | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """A child process with these settings on top of our own. It is ready when the URL `ready` gives any response."""
    sink = subprocess.DEVNULL if quiet else None
    child = subprocess.Popen(command, env={**os.environ, **environ}, stdout=sink, stderr=sink, start_new_session=True, cwd=place)
    try:
        if ready:
            wait_until(lambda: _answers(ready, child), what=" ".join(command[:4]))
        yield child
    finally:
        child.send_signal(signal.SIGTERM)
        try:
            child.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)


def _answers(address: str, child: subprocess.Popen[bytes]) -> bool:
    if child.poll() is not None:
        sys.exit(f"the process ended with {child.returncode} before it was ready")
    try:
        urllib.request.urlopen(address, timeout=1).close()
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True


def granian(target: str, *, port: int, processes: int = 1, threads: int = 32) -> list[str]:
    """Granian with a WSGI application, in its usual set-up."""
    return [*_granian(target, port, processes), "--interface", "wsgi", "--blocking-threads", str(threads)]


def greenroom(*, port: int, processes: int = 1) -> list[str]:
    """Granian as `greenroom web` runs it."""
    return event_loop("service.processes.web:web_app", port=port, processes=processes)


def at_port(environ: Mapping[str, str], port: int) -> dict[str, str]:
    """The settings of Greenroom on this port. With another one, the thread that sets the write timeout looks for a socket that never
    opens: every 5 ms at all descriptors, for a minute."""
    return {**environ, "GREENROOM_PORT": str(port)}


def event_loop(target: str, *, port: int, processes: int = 1) -> list[str]:
    """Granian with an ASGI application on its event loop."""
    return [*_granian(target, port, processes), "--interface", "asginl", "--loop", "uvloop"]


def _granian(target: str, port: int, processes: int) -> list[str]:
    return [
        sys.executable, "-m", "granian", "--factory", "--host", "127.0.0.1", "--port", str(port), "--workers", str(processes),
        "--log-level", "error", "--no-ws", target,
    ]  # fmt: skip


def wrk(
    port: int,
    *,
    path: str = "",
    script: str = "",
    key: str = "",
    connections: int = 32,
    seconds: float = 5,
    headers: Mapping[str, str] | None = None,
    given: tuple[str, ...] = (),
) -> dict[str, Any]:
    """One run of wrk: requests per second, p50 and p99 in milliseconds, errors. `given`: the arguments of its script."""
    if shutil.which("wrk") is None:
        sys.exit("this bench needs wrk (Debian: apt-get install wrk)")
    sent = {**(headers or {}), **({"Authorization": f"Bearer {key}"} if key else {})}
    said = [part for name, value in sent.items() for part in ("-H", f"{name}: {value}")]
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds:g}s", "--timeout", "10s", "-s", str(HERE / (script or "get.lua"))]
    command += [*said, f"http://127.0.0.1:{port}{path}", *(("--", *given) if given else ())]
    out = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    result: dict[str, Any] = json.loads(out.partition("RESULT ")[2])
    result["per_second"] = round(result["requests"] / result["seconds"])
    return result


def medians(runs: list[dict[str, Any]]) -> dict[str, Any]:
    """The median of each figure over several runs."""
    return {name: median(run[name] for run in runs) for name in runs[0]}


def say(*words: object) -> None:
    """Print progress to stderr, so that stdout stays a table or JSON."""
    print(f"[{time.strftime('%H:%M:%S')}]", *words, file=sys.stderr, flush=True)


__all__ = [
    "Stage",
    "at_port",
    "cpu_seconds",
    "event_loop",
    "find_server",
    "free_port",
    "granian",
    "greenroom",
    "medians",
    "process",
    "say",
    "stage",
    "wrk",
]
