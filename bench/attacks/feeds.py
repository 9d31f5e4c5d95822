"""Feeds of long threads: many readers after a new comment, and pages that nobody has asked for before."""

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from bench.attacks.target import (
    OTHER_ADDRESS,
    Target,
    attacker,
    change_thread,
    fill_thread,
    milliseconds,
    path_of,
    probe,
    target,
)  # fmt: skip

READERS = 30


def measure(command: str, *, comments: int = 100_000) -> dict[str, Any]:
    """Times in milliseconds, bytes of pages, and what /livez waits meanwhile."""

    def prepare(database: Any) -> None:
        fill_thread(database, "long", roots=50, comments=comments)
        fill_thread(database, "middle", roots=50, comments=5_000)

    with target(command, prepare) as place:
        figures: dict[str, Any] = {}
        for thread in ("middle", "long"):
            rounds = [_stampede(place, thread) for _ in range(3)]
            figures[f"{READERS} readers of {thread}"] = rounds
            figures[f"bytes of {thread}"] = {limit: len(place.get(path_of(thread, limit=limit))[1]) for limit in (7, 50)}
        with attacker("cursors", place.port, path_of("middle", limit=50), 40):
            figures["/livez during 40 clients with made-up cursors"] = probe(place.port, "/livez", 5, source=OTHER_ADDRESS)
        return figures


def _stampede(place: Target, thread: str) -> dict[str, Any]:
    path = path_of(thread)
    place.get(path)
    change_thread(place.database, thread)
    time.sleep(0.6)

    def read(_: int) -> tuple[float, int]:
        began = time.perf_counter()
        status, _body = place.get(path)
        return time.perf_counter() - began, status

    with ThreadPoolExecutor(READERS + 1) as pool:
        livez = pool.submit(probe, place.port, "/livez", 1.0, source=OTHER_ADDRESS)
        answers = list(pool.map(read, range(READERS)))
        return {
            **milliseconds([taken for taken, _ in answers]),
            "statuses": sorted({status for _, status in answers}),
            "/livez": livez.result(),
        }
