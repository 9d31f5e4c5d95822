"""Deliveries: time from a comment to its webhook at a fast receiver, with and without a slow one beside it, and the courier's CPU."""

import argparse
import asyncio
import json
import random
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from bench.latency import comment_request, percentile
from bench.process_tree import members, own_seconds
from bench.stage import SECRET, Stage, free_port, process, say, stage
from service.actions.webhooks.endpoints import add_endpoint
from service.domain.security.encryption import SecretBox
from service.setting_sources import load
from service.store.db.engine import Database

#: Seconds that the slow receiver takes, just below `webhook_timeout`.
SLOW = 9.0
#: Maximum seconds to wait for the last webhooks.
PATIENCE = 40.0
_ANSWER = b"HTTP/1.1 204 No Content\r\n\r\n"
_LOOPBACK = "127.0.0.0/8"


def measure(engine: str, *, rate: int, seconds: float, slow: bool = False, broker: bool = True) -> dict[str, Any]:
    """p50 and p99 in milliseconds from a POST to its webhook at the fast receiver, and what the courier's processes cost.

    `connections` are those that the courier opened to the fast receiver; `slow_at_once` is the most that the slow one held.
    """
    port = free_port()
    with stage(engine, with_redis=broker) as place:
        environ = {**place.environ, "PORT": str(port), "GREENROOM_WEBHOOK_ALLOW": _LOOPBACK}
        if not broker:
            environ["GREENROOM_BROKER"] = "none"
        command = [sys.executable, "-m", "service.cli", "up"]
        with process(command, environ, ready=f"http://127.0.0.1:{port}/livez") as tree:
            return asyncio.run(_measured(place, port, tree.pid, rate=rate, seconds=seconds, slow=slow))


async def _measured(place: Stage, port: int, tree: int, *, rate: int, seconds: float, slow: bool) -> dict[str, Any]:
    fast, other = _Receiver(0.0), _Receiver(SLOW)
    _register(place, [await fast.start(), *([await other.start()] if slow else [])])
    warm = await _posts(place.key, port, rate, min(3.0, seconds))
    await _until_told(fast, warm)
    before = _cpu(tree)
    posted = await _posts(place.key, port, rate, seconds)
    await _until_told(fast, posted)
    used = {title: after - before.get(title, 0.0) for title, after in _cpu(tree).items()}
    courier = sum(cpu for title, cpu in used.items() if "courier" in title or "sweep" in title)
    say({title: round(cpu / len(posted) * 1000, 2) for title, cpu in used.items()})
    times = [(fast.first[one] - at) * 1000 for one, at in posted.items() if one in fast.first]
    return {
        "rate": rate,
        "slow_beside": slow,
        "posted": len(posted),
        "told": len(times),
        "repeated": fast.received - len(fast.first),
        "p50_ms": percentile(times, 0.5),
        "p99_ms": percentile(times, 0.99),
        "courier_cpu_ms_each": round(courier / len(posted) * 1000, 2),
        "tree_cpu_ms_each": round(sum(used.values()) / len(posted) * 1000, 2),
        "connections": fast.connections,
        "slow_at_once": other.most,
        "slow_received": other.received,
    }


def _cpu(tree: int) -> dict[str, float]:
    """CPU seconds of each process, by its title and id."""
    return {f"{member.title} {member.pid}": own_seconds(member.pid) for member in members(tree)}


def _register(place: Stage, urls: list[str]) -> None:
    database = Database(load(place.environ).database)
    with database.writing() as session:
        for url in urls:
            box = SecretBox.from_secret(SECRET)
            add_endpoint(session, "bench", url=url, secret_box=box, now=datetime.now(UTC), allow=(_LOOPBACK,))
    database.close()


@dataclass
class _Receiver:
    """An HTTP server that keeps connections open and answers after a pause. `first` is when each comment first came."""

    pause: float
    first: dict[str, float] = field(default_factory=dict)
    received: int = 0
    connections: int = 0
    most: int = 0
    _open: int = 0

    async def start(self) -> str:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
                comment = json.loads(await reader.readexactly(length))["data"]["comment"]["id"]
                self.received += 1
                self.first.setdefault(comment, time.perf_counter())
                with self._counted():
                    await asyncio.sleep(self.pause)
                writer.write(_ANSWER)
                if b"connection: close" in head.lower():
                    break
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass  # The courier closed the connection, or the measurement is over.
        finally:
            writer.close()

    @contextmanager
    def _counted(self) -> Iterator[None]:
        self._open += 1
        self.most = max(self.most, self._open)
        try:
            yield
        finally:
            self._open -= 1


async def _posts(key: str, port: int, rate: int, seconds: float) -> dict[str, float]:
    """Send comments at this rate. Returns the time at which each was due, by its id."""
    posted: dict[str, float] = {}
    chosen, start = random.Random(rate), time.perf_counter()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for number in range(int(rate * seconds)):
        at = start + number / rate
        if (pause := at - time.perf_counter()) > 0:
            await asyncio.sleep(pause)
        writer.write(comment_request(key, port, chosen))
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
        posted[json.loads(await reader.readexactly(length))["id"]] = at
    writer.close()
    return posted


async def _until_told(receiver: _Receiver, posted: dict[str, float]) -> None:
    """Comments that the checks hold are told as well, so every comment comes."""
    until = time.perf_counter() + PATIENCE
    while not posted.keys() <= receiver.first.keys() and time.perf_counter() < until:
        await asyncio.sleep(0.05)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--engine", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--rate", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--slow", action="store_true", help="with a slow receiver beside the fast one")
    parser.add_argument("--no-broker", action="store_true")
    args = parser.parse_args()
    result = measure(args.engine, rate=args.rate, seconds=args.seconds, slow=args.slow, broker=not args.no_broker)
    say(result)
    json.dump(result, sys.stdout, indent=1)


if __name__ == "__main__":
    main()
