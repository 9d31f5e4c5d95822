"""Queue page benchmark: server time of the first card, with a hundred held comments and with many."""

import argparse
import json
import re
import sys
import time
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import event

from bench.filled import fill
from bench.stage import Stage, say, stage
from service.actions.accounts.moderators import add_moderator, give_role
from service.actions.accounts.sign_in import new_link
from service.setting_sources import load
from service.store.tables.accounts import Role
from service.web.app import create_app


def measure(engine: str, *, many: int, repeats: int = 15) -> dict[str, Any]:
    """Milliseconds of the first page and of the live counts, page size, and queries per page, with few and with many comments."""
    result: dict[str, Any] = {"engine": engine}
    for name, held in (("few", 100), ("many", many)):
        with stage(engine) as place:
            say(f"queue page {engine}: filling {held:,} held comments")
            client, database = _moderator(place)
            fill(database, site_id="bench", count=held, state="held")
            fill(database, site_id="bench", count=held, state="approved", offset=10_000_000)
            queries: list[str] = []
            event.listen(database.engine, "before_cursor_execute", lambda *a, seen=queries: seen.append(a[2]))
            pages = {
                "/queue": "first",
                "/queue?order=priority": "by_priority",
                "/queue/counts": "counts",
                "/queue?words=mayor": "search",
            }
            for path, label in pages.items():
                result[f"{label}_{name}_ms"] = _timed(client, path, repeats)
            queries.clear()
            body = client.get("/queue").data
            result[f"queries_{name}"], result[f"bytes_{name}"] = len(queries), len(body)
            say({k: v for k, v in result.items() if k.endswith((f"{name}_ms", name))})
    result["first_many_over_few"] = round(result["first_many_ms"] / result["first_few_ms"], 2)
    return result


def _timed(client: FlaskClient, path: str, repeats: int) -> float:
    took = []
    for _ in range(repeats):
        began = time.perf_counter()
        response = client.get(path)
        took.append((time.perf_counter() - began) * 1000)
        if response.status_code != 200:
            sys.exit(f"{path} answered {response.status_code}")
    return round(median(took[1:]), 1)


def _moderator(place: Stage) -> tuple[FlaskClient, Any]:
    app = create_app(load(place.environ))
    database = app.extensions["greenroom"].database
    with database.writing() as session:
        moderator = add_moderator(session, "bench@example.org", now=datetime.now(UTC))
        give_role(session, moderator, Role.ADMIN, site_id="bench")
        token = new_link(session, moderator.id, now=datetime.now(UTC), valid=timedelta(hours=1))
    client = app.test_client()
    page = client.get(f"/sign-in/{token}").text
    fields = dict(re.findall(r'name="([^"]+)" value="([^"]*)"', page))
    client.post(f"/sign-in/{token}", data=fields, headers={"Origin": load(place.environ).url})
    return client, database


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--engine", choices=["sqlite", "postgresql"], action="append")
    parser.add_argument("--many", type=int, default=1_000_000)
    args = parser.parse_args()
    json.dump([measure(e, many=args.many) for e in args.engine or ["sqlite", "postgresql"]], sys.stdout, indent=1)


if __name__ == "__main__":
    main()
