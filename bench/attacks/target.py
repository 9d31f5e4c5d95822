"""The attacked web process, its threads of comments, and a probe that measures what other clients feel."""

import http.client
import json
import os
import resource
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any
from uuid import UUID

from sqlalchemy import insert, update

from bench.stage import free_port, process, stage
from service.domain.ids import new_id, thread_id
from service.domain.states import State
from service.setting_sources import load
from service.store.db.engine import Database
from service.store.tables.comments import Comment, Thread

SITE = "bench"
#: Another loopback address than that of the attacker.
OTHER_ADDRESS = "127.0.0.2"
_STEP = 10_000


@dataclass(frozen=True, slots=True)
class Target:
    """A running `greenroom web` on SQLite."""

    port: int
    pid: int
    database: str

    def memory(self) -> float:
        """The memory of the serving process in megabytes."""
        main = self.pid
        worker = int(Path(f"/proc/{main}/task/{main}/children").read_text().split()[-1])
        return int(Path(f"/proc/{worker}/statm").read_text().split()[1]) * resource.getpagesize() / 1e6

    def connection(self, source: str = "") -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=120, source_address=(source, 0) if source else None)

    def get(self, path: str, **headers: str) -> tuple[int, bytes]:
        with closing(self.connection()) as connection:
            connection.request("GET", path, headers=headers)
            answer = connection.getresponse()
            return answer.status, answer.read()


@contextmanager
def target(command: str, prepare: Callable[[Database], object] = lambda _: None, **settings: str) -> Iterator[Target]:
    """A web process of this `greenroom` command, on a database that `prepare` has filled."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    with stage("sqlite", with_redis=False) as place:
        url = load(place.environ).database
        database = Database(url)
        prepare(database)
        database.close()
        port = free_port()
        ours = {"PORT": str(port), "GREENROOM_BROKER": "none", "GREENROOM_RATE_PER_MINUTE": "60000"}
        environ = {**place.environ, **ours, **settings}
        with process([command, "web"], environ, ready=f"http://127.0.0.1:{port}/livez") as child:
            yield Target(port, child.pid, url)


def path_of(thread: str, **query: object) -> str:
    more = "".join(f"&{name}={value}" for name, value in query.items())
    return f"/v1/threads/{thread}/comments?site={SITE}{more}"


def fill_thread(database: Database, thread: str, *, roots: int, comments: int) -> None:
    """A thread of approved comments: so many at the top, the others replies to them and to each other."""
    at, ids = datetime.now(UTC) - timedelta(days=1), [new_id() for _ in range(comments)]
    row = {"id": thread_id(SITE, thread), "site_id": SITE, "external_id": thread, "approved": comments, "created_at": at}
    with database.writing() as session:
        session.execute(insert(Thread), [row])
    for start in range(0, comments, _STEP):
        with database.writing() as session:
            numbers = range(start, min(comments, start + _STEP))
            session.execute(insert(Comment), [_comment(thread, ids, number, roots, at) for number in numbers])


def _comment(thread: str, ids: Sequence[UUID], number: int, roots: int, at: datetime) -> dict[str, Any]:
    # Half of the replies answer a top comment, the others answer replies.
    parent = None if number < roots else ids[number % roots] if number % 2 else ids[number // 2]
    moment = at + timedelta(milliseconds=100 * number)
    return {
        "id": ids[number], "site_id": SITE, "thread_id": thread_id(SITE, thread), "parent_id": parent, "state": State.APPROVED,
        "text": f"What the mayor said of the bridge is nonsense, and number {number} proves it.", "fingerprint": f"{number:032x}",
        "author_name": f"Reader {number % 1000}", "received_at": moment, "updated_at": moment, "version": 1,
    }  # fmt: skip


def change_thread(url: str, thread: str) -> None:
    """Let the thread look changed, as a new comment would."""
    database = Database(url)
    with database.writing() as session:
        session.execute(update(Thread).where(Thread.id == thread_id(SITE, thread)).values(feed_version=Thread.feed_version + 1))
    database.close()


def milliseconds(taken: Sequence[float]) -> dict[str, float]:
    """Median, 99th percentile and maximum of these seconds, as milliseconds."""
    ordered = sorted(taken)
    p99 = ordered[min(len(ordered) - 1, round(len(ordered) * 0.99))]
    return {"median": round(1e3 * median(ordered), 2), "p99": round(1e3 * p99, 2), "max": round(1e3 * ordered[-1], 2)}


def probe(
    port: int, path: str, seconds: float, *, source: str = "", fresh: bool = False, every: float = 0.02, patience: float = 10.0
) -> dict[str, float]:
    """Ask again and again, on one connection or on `fresh` ones: how long the answers took. One that fails took `patience`."""
    taken: list[float] = []
    until, line = time.monotonic() + seconds, None
    failures = 0
    while time.monotonic() < until:
        began = time.perf_counter()
        try:
            if line is None:
                line = http.client.HTTPConnection(
                    "127.0.0.1", port, timeout=patience, source_address=(source, 0) if source else None
                )
            line.request("GET", path)
            answer = line.getresponse()
            answer.read()
            failures += answer.status >= 400
        except (OSError, http.client.HTTPException):
            failures += 1
            if line is not None:
                line.close()
            line = None
        taken.append(time.perf_counter() - began)
        if fresh and line is not None:
            line.close()
            line = None
        time.sleep(every)
    return {**milliseconds(taken), "asked": len(taken), "failed": failures}


@contextmanager
def attacker(role: str, *given: object) -> Iterator[subprocess.Popen[str]]:
    """A process of its own that attacks until it is ended: a function of `bench.attacks.clients`. It prints a line once it has begun."""
    command = [sys.executable, "-m", "bench.attacks.clients", role, json.dumps(given)]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=dict(os.environ))
    try:
        assert child.stdout
        child.stdout.readline()
        yield child
    finally:
        child.kill()
        child.wait()


def raw(port: int, words: bytes) -> socket.socket:
    """A connection that has sent these bytes."""
    line = socket.create_connection(("127.0.0.1", port), timeout=60)
    line.sendall(words)
    return line


def status_line(port: int, words: bytes) -> str:
    """The first line of the answer to these bytes."""
    with closing(raw(port, words)) as line:
        try:
            return line.recv(65536).partition(b"\r\n")[0].decode("latin-1") or "closed"
        except OSError:
            return "closed"
