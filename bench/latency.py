"""Time to verdict under an open load: comments arrive at their own pace, whether or not the last ones are done."""

import argparse
import asyncio
import json
import random
import sys
import time
from typing import Any

from sqlalchemy import select

from bench.stage import Stage, cpu_seconds, free_port, process, say, stage
from bench.words import WORDS
from service.config import load
from service.store.comments import Comment
from service.store.engine import Database
from service.store.moves import oldest_pending

CONNECTIONS = 64


def measure(engine: str, *, rate: int, seconds: float, broker: bool = True) -> dict[str, Any]:
    """POST p50/p99 and POST-to-verdict p50/p99 in milliseconds at this many comments a second.

    CPU is in seconds a million comments, from POST to verdict: that of web, checks, courier and sweeps together, SQLite among
    them, and that of PostgreSQL and Redis.
    """
    port = free_port()
    with stage(engine, with_redis=broker) as place:
        environ = {**place.environ, "PORT": str(port)}
        if not broker:
            environ["GREENROOM_BROKER"] = "none"
        command = [sys.executable, "-m", "service.cli", "up"]
        with process(command, environ, ready=f"http://127.0.0.1:{port}/livez") as tree:
            asyncio.run(_load(place, port, rate=min(rate, 50), seconds=2))
            began, before, servers = time.time(), cpu_seconds(tree.pid), place.servers_cpu()
            posts = asyncio.run(_load(place, port, rate=rate, seconds=seconds))
            verdicts = _verdicts(place, began)
            used, served = cpu_seconds(tree.pid) - before, place.servers_cpu() - servers
    return {
        "rate": rate,
        "posted": len(posts),
        "post_p50_ms": _at(posts, 0.5),
        "post_p99_ms": _at(posts, 0.99),
        "cpu_s_a_million": round(used / len(posts) * 1e6),
        "servers_cpu_s_a_million": round(served / len(posts) * 1e6),
        "judged": len(verdicts),
        "verdict_p50_ms": _at(verdicts, 0.5),
        "verdict_p99_ms": _at(verdicts, 0.99),
    }


async def _load(place: Stage, port: int, *, rate: int, seconds: float) -> list[float]:
    """Milliseconds of each POST, counted from the moment at which it was due, so that a stall is not hidden."""
    due: asyncio.Queue[float] = asyncio.Queue()
    took: list[float] = []
    workers = [asyncio.create_task(_client(place, port, due, took, n)) for n in range(CONNECTIONS)]
    start = time.perf_counter()
    for number in range(int(rate * seconds)):
        at = start + number / rate
        if (pause := at - time.perf_counter()) > 0:
            await asyncio.sleep(pause)
        due.put_nowait(at)
    await due.join()
    for worker in workers:
        worker.cancel()
    return took


async def _client(place: Stage, port: int, due: "asyncio.Queue[float]", took: list[float], number: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    chosen = random.Random(number)
    while True:
        at = await due.get()
        writer.write(_request(place, port, chosen))
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
        await reader.readexactly(length)
        if not head.startswith(b"HTTP/1.1 202"):
            sys.exit(f"a POST was answered {head[:60]!r}")
        took.append((time.perf_counter() - at) * 1000)
        due.task_done()


def _request(place: Stage, port: int, chosen: random.Random) -> bytes:
    author = {"name": "Reader", "email": f"reader{chosen.randrange(100_000)}@example.org"}
    text = " ".join(chosen.choices(WORDS, k=30)) + f" {chosen.random()}."
    context = {"ip": f"203.{chosen.randrange(250)}.{chosen.randrange(250)}.1", "seconds_to_submit": 30.0}
    body = json.dumps(
        {"thread": {"id": f"page-{chosen.randrange(100)}"}, "text": text, "author": author, "context": context}
    ).encode()
    head = (
        f"POST /v1/comments HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Bearer {place.key}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def _verdicts(place: Stage, began: float) -> list[float]:
    """Milliseconds from the row's arrival to its verdict, of all comments that came since."""
    database = Database(load(place.environ).database)
    until = time.monotonic() + 30
    while time.monotonic() < until:
        # Anew each time: on SQLite a session sees the moment at which it first asked.
        with database.glancing() as session:
            if oldest_pending(session) is None:
                break
        time.sleep(0.1)
    with database.glancing() as session:
        rows = session.execute(select(Comment.received_at, Comment.settled_at)).all()
    database.close()
    return [(settled - received).total_seconds() * 1000 for received, settled in rows if settled and received.timestamp() > began]


def _at(values: list[float], share: float) -> float:
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
