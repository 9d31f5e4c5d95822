"""The programs that are measured: Greenroom from any checkout, in several set-ups, and Isso."""

import json
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg

from bench.peers import isso
from bench.small.load import Target
from bench.stage import SECRET, find_server, free_port, process
from tests.support.servers import Postgres, Redis


@dataclass(frozen=True, slots=True)
class Setup:
    """How a server is set up. `most_mb`: the memory that it may have, where that is a goal. A `peer` has no goals."""

    name: str
    engine: str = "sqlite"
    redis: bool = False
    most_mb: int | None = None
    peer: bool = False
    environ: Mapping[str, str] = field(default_factory=dict)


_CHEAP = {"GREENROOM_TRANSFORMER_SECONDS": "0"}
ISSO = Setup("SQLite", peer=True)
#: The first is what `greenroom up` does with no settings, but without the transformer.
SETUPS = {
    "sqlite": Setup("SQLite", most_mb=120, environ=_CHEAP),
    "sqlite-redis": Setup("SQLite, Redis", redis=True, environ=_CHEAP),
    "sqlite-transformer": Setup("SQLite, transformer", most_mb=180),
    "postgresql": Setup("PostgreSQL", engine="postgresql", environ=_CHEAP),
    "postgresql-redis": Setup("PostgreSQL, Redis", engine="postgresql", redis=True, environ=_CHEAP),
}


@dataclass(frozen=True, slots=True)
class Running:
    """A started server. `servers`: the databases and brokers beside it. `has_settled`: nothing waits for its verdict."""

    pid: int
    ready_seconds: float
    target: Target
    servers: tuple[int, ...] = ()
    has_settled: Callable[[], bool] = lambda: True


@contextmanager
def greenroom(checkout: Path, setup: Setup) -> Iterator[Running]:
    """`greenroom up` of this checkout (or of an installed `greenroom`, if the path is a file), on an empty installation."""
    with TemporaryDirectory(prefix="greenroom-bench-") as home, ExitStack() as stack:
        folder, port = Path(home), free_port()
        folder.chmod(0o755)
        environ = {"GREENROOM_HOME": home, "GREENROOM_SECRET_KEY": SECRET, "PORT": str(port), **setup.environ}
        servers = []
        environ["DATABASE_URL"] = f"sqlite:///{home}/bench.db"
        if setup.engine == "postgresql":
            servers.append(stack.enter_context(find_server(Postgres, folder)))
            environ["DATABASE_URL"] = servers[-1].empty_database()
        if setup.redis:
            servers.append(stack.enter_context(find_server(Redis, folder)))
            environ["REDIS_URL"] = servers[-1].url
        command, place = _command(checkout)
        key = _prepare(command, place, environ)
        began = time.monotonic()
        with process([*command, "up"], environ, ready=f"http://127.0.0.1:{port}/readyz", place=place) as tree:
            took = time.monotonic() - began
            yield Running(tree.pid, took, _target(port, key), _pids(servers), lambda: _has_settled(environ["DATABASE_URL"]))


def _command(checkout: Path) -> tuple[list[str], Path]:
    """The command, and the folder in which it runs, from which Python imports the checkout."""
    if checkout.is_file():
        return [str(checkout)], Path("/")
    own = checkout / ".venv/bin/python"
    return [str(own if own.exists() else sys.executable), "-m", "service.cli"], checkout


def _prepare(command: list[str], place: Path, environ: Mapping[str, str]) -> str:
    """Migrate, and make a site with a key. Returns the key."""

    def run(*words: str) -> str:
        done = subprocess.run(
            [*command, *words], cwd=place, env={**os.environ, **environ}, capture_output=True, text=True, check=False
        )
        if done.returncode:
            sys.exit(f"{' '.join([*command, *words])}: {done.stdout}{done.stderr}")
        return done.stdout

    run("db", "upgrade")
    run("site", "add", "bench", "--origin", "https://bench.example")
    return str(json.loads(run("key", "add", "bench", "--scope", "submit", "--json"))["key"])


def _pids(servers: list[Postgres | Redis]) -> tuple[int, ...]:
    return tuple(server.process.pid for server in servers if server.process)


def _target(port: int, key: str) -> Target:
    def body(number: int, text: str) -> dict[str, object]:
        author = {"name": "Reader", "email": f"reader{number % 5000}@example.org"}
        context = {"ip": f"203.0.{number // 250 % 250}.{number % 250}", "seconds_to_submit": 30.0}
        return {"thread": {"id": f"page-{number % 100}"}, "text": text, "author": author, "context": context}

    return Target(port, lambda _: "/v1/comments", body, {"Authorization": f"Bearer {key}"})


def _has_settled(url: str) -> bool:
    asked = "SELECT count(*) FROM comment WHERE state = 'pending'"
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"), timeout=30)) as database:
            return database.execute(asked).fetchone() == (0,)
    with psycopg.connect(url) as connection:
        return connection.execute(asked).fetchone() == (0,)


@contextmanager
def isso_beside(folder: Path) -> Iterator[Running]:
    """Isso as its documentation sets it up, installed in this folder."""
    began = time.monotonic()
    with isso.serving(folder, held=True) as (port, pid):
        yield Running(pid, time.monotonic() - began, Target(port, lambda number: f"/new?uri=%2Fpage-{number % 100}", _isso_body))


def _isso_body(number: int, text: str) -> dict[str, object]:
    email = f"reader{number % 5000}@example.org"
    return {"author": "Reader", "email": email, "website": "", "title": "A page", "text": text}
