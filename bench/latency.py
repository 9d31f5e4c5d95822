"""Time to verdict under an open load: comments arrive at a fixed rate, whether or not the earlier ones are done."""

import argparse
import asyncio
import json
import random
import sqlite3
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import psycopg

from bench.stage import Stage, cpu_seconds, free_port, process, say, stage
from bench.words import WORDS
from service.setting_sources import load

CONNECTIONS = 64
#: Seconds between two polls for verdicts. A verdict may be measured late by this much.
LOOK_EVERY = 0.005
#: Maximum seconds to wait for the last verdicts.
PATIENCE = 30.0


def measure(engine: str, *, rate: int, seconds: float, broker: bool = True, transformer: bool = True) -> dict[str, Any]:
    """POST p50/p99 and POST-to-verdict p50/p99 in milliseconds at this many comments per second.

    CPU time is in seconds per million comments, from POST to verdict. One figure is for web, checks, delivery worker and sweep
    together (SQLite runs inside them), the other for PostgreSQL and Redis.
    """
    port = free_port()
    with stage(engine, with_redis=broker) as place:
        environ = {**place.environ, "PORT": str(port)}
        if not transformer:
            environ["GREENROOM_TRANSFORMER_SECONDS"] = "0"
        if not broker:
            environ["GREENROOM_BROKER"] = "none"
        command = [sys.executable, "-m", "service.cli", "up"]
        with process(command, environ, ready=f"http://127.0.0.1:{port}/livez") as tree:
            asyncio.run(_load(place, port, rate=min(rate, 50), seconds=2))
            before, servers = cpu_seconds(tree.pid), place.servers_cpu()
            seen = asyncio.run(_load(place, port, rate=rate, seconds=seconds))
            posts, verdicts = seen.posts, seen.verdicts
            used, served = cpu_seconds(tree.pid) - before, place.servers_cpu() - servers
    return {
        "rate": rate,
        "transformer": transformer,
        "posted": len(posts),
        "post_p50_ms": percentile(posts, 0.5),
        "post_p99_ms": percentile(posts, 0.99),
        "cpu_s_a_million": round(used / len(posts) * 1e6),
        "servers_cpu_s_a_million": round(served / len(posts) * 1e6),
        "judged": len(verdicts),
        "verdict_p50_ms": percentile(verdicts, 0.5),
        "verdict_p99_ms": percentile(verdicts, 0.99),
    }


@dataclass
class _Seen:
    """Milliseconds to each response and each verdict, counted from the time a POST was due (no coordinated omission)."""

    posts: list[float] = field(default_factory=list)
    verdicts: list[float] = field(default_factory=list)
    #: Comments without a verdict, and the times they were due.
    waiting: dict[UUID, float] = field(default_factory=dict)


async def _load(place: Stage, port: int, *, rate: int, seconds: float) -> _Seen:
    due: asyncio.Queue[float] = asyncio.Queue()
    seen = _Seen()
    workers = [asyncio.create_task(_client(place, port, due, seen, n)) for n in range(CONNECTIONS)]
    workers.append(asyncio.create_task(_watch(place, seen)))
    start = time.perf_counter()
    for number in range(int(rate * seconds)):
        at = start + number / rate
        if (pause := at - time.perf_counter()) > 0:
            await asyncio.sleep(pause)
        due.put_nowait(at)
    await due.join()
    until = time.perf_counter() + PATIENCE
    while seen.waiting and time.perf_counter() < until:
        await asyncio.sleep(LOOK_EVERY)
    for worker in workers:
        worker.cancel()
    return seen


async def _watch(place: Stage, seen: _Seen) -> None:
    """Poll, on a separate connection, which comments have a committed verdict."""
    url = load(place.environ).database
    looks = _looks_at_sqlite(url) if url.startswith("sqlite") else _looks_at_postgresql(url)
    while True:
        await asyncio.sleep(LOOK_EVERY)
        for settled in looks(list(seen.waiting)) if seen.waiting else ():
            seen.verdicts.append((time.perf_counter() - seen.waiting.pop(settled)) * 1000)


def _looks_at_postgresql(url: str) -> Callable[[list[UUID]], list[UUID]]:
    connection = psycopg.connect(url.replace("+psycopg", ""), autocommit=True)
    asked = "SELECT id FROM comment WHERE id = ANY(%s) AND state <> 'pending'"
    return lambda ids: [found for (found,) in connection.execute(asked, (ids,), prepare=True)]


def _looks_at_sqlite(url: str) -> Callable[[list[UUID]], list[UUID]]:
    connection = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
    asked = "SELECT id FROM comment WHERE id IN (SELECT value FROM json_each(?)) AND state <> 'pending'"
    return lambda ids: [UUID(found) for (found,) in connection.execute(asked, (json.dumps([i.hex for i in ids]),))]


async def _client(place: Stage, port: int, due: "asyncio.Queue[float]", seen: _Seen, number: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    chosen = random.Random(number)
    while True:
        at = await due.get()
        writer.write(comment_request(place.key, port, chosen))
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
        body = await reader.readexactly(length)
        if not head.startswith(b"HTTP/1.1 202"):
            sys.exit(f"a POST was answered {head[:60]!r}")
        seen.posts.append((time.perf_counter() - at) * 1000)
        seen.waiting[UUID(json.loads(body)["id"])] = at
        due.task_done()


def comment_request(key: str, port: int, chosen: random.Random) -> bytes:
    """A POST of an ordinary comment, as a host sends it."""
    author = {"name": "Reader", "email": f"reader{chosen.randrange(100_000)}@example.org"}
    text = " ".join(chosen.choices(WORDS, k=30)) + f" {chosen.random()}."
    context = {"ip": f"203.{chosen.randrange(250)}.{chosen.randrange(250)}.1", "seconds_to_submit": 30.0}
    body = json.dumps(
        {"thread": {"id": f"page-{chosen.randrange(100)}"}, "text": text, "author": author, "context": context}
    ).encode()
    head = (
        f"POST /v1/comments HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Bearer {key}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def percentile(values: list[float], share: float) -> float:
    return round(sorted(values)[int(len(values) * share)], 1) if values else float("nan")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--engine", choices=["sqlite", "postgresql"], action="append")
    parser.add_argument("--rate", type=int, action="append")
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--no-broker", action="store_true")
    args = parser.parse_args()
    results = []
    for engine in args.engine or ["postgresql", "sqlite"]:
        for rate in args.rate or [50, 200, 500, 1000]:
            results.append({"engine": engine, **measure(engine, rate=rate, seconds=args.seconds, broker=not args.no_broker)})
            say(results[-1])
    json.dump(results, sys.stdout, indent=1)


if __name__ == "__main__":
    main()
