"""Feed benchmark: reads of a thread with fifty approved comments (200 and 304), with few and with many rows in the table."""

import json
import sys
import urllib.request
from typing import Any

from bench.filled import fill
from bench.stage import at_port, free_port, greenroom, process, say, stage, wrk
from service.setting_sources import load
from service.store.db.engine import Database

_PATH = "/v1/threads/filled-1/comments?site=bench&limit=50"


def measure(engine: str, *, seconds: float, sizes: tuple[int, ...] = (5_000, 200_000)) -> dict[str, Any]:
    """Reads per second of the whole feed and of its 304 response, for each number of comments in the table."""
    return {f"{size} comments": _measured(engine, size, seconds) for size in sizes}


def _measured(engine: str, size: int, seconds: float) -> dict[str, Any]:
    with stage(engine) as place:
        database = Database(load(place.environ).database)
        fill(database, site_id="bench", count=size, state="approved")
        database.close()
        port = free_port()
        with process(greenroom(port=port), at_port(place.environ, port), ready=f"http://127.0.0.1:{port}/livez"):
            whole = wrk(port, path=_PATH, connections=16, seconds=seconds)
            same = wrk(port, path=_PATH, connections=16, seconds=seconds, headers={"If-None-Match": _etag(port)})
    say(f"feed {engine} {size:,} comments: {whole['per_second']}/s whole, {same['per_second']}/s as 304")
    return {"whole_per_second": whole["per_second"], "unchanged_per_second": same["per_second"], "p99_ms": whole["p99_ms"]}


def _etag(port: int) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{_PATH}") as response:
        return str(response.headers["ETag"])


if __name__ == "__main__":
    json.dump({engine: measure(engine, seconds=4) for engine in ("sqlite", "postgresql")}, sys.stdout, indent=1)
