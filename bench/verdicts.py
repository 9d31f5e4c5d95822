"""Verdicts benchmark: comments judged per second, beside a baseline with one Celery task per comment and the same checks."""

import argparse
import json
import random
import sys
import time
from contextlib import ExitStack
from datetime import UTC, datetime
from functools import partial
from typing import Any

from sqlalchemy import func, select

from bench.stage import Stage, cpu_seconds, medians, process, say, stage
from bench.words import WORDS
from service.actions.comments.submit import Accepted, Submission, submit
from service.domain.draft import Draft, DraftAuthor, DraftContext, DraftThread
from service.domain.security.pseudonyms import Pseudonymizer
from service.jobs.celery_app import celery_app
from service.jobs.names import Job
from service.setting_sources import load
from service.store.db.engine import Database
from service.store.tables.comments import Comment


def posted(place: Stage, count: int) -> list[str]:
    """Store this many pending comments of ordinary length. Returns their ids."""
    database, pseudonyms = Database(load(place.environ).database), Pseudonymizer.from_secret("bench")
    chosen = random.Random(7)
    ids: list[str] = []
    for start in range(0, count, 500):
        batch = [Submission("bench", _draft(chosen, n)) for n in range(start, min(start + 500, count))]
        with database.writing() as session:
            outcomes = submit(session, batch, pseudonyms=pseudonyms, now=datetime.now(UTC))
        ids += [str(o.comment_id) for o in outcomes if isinstance(o, Accepted)]
    database.close()
    return ids


def _draft(chosen: random.Random, number: int) -> Draft:
    return Draft(
        thread=DraftThread(f"page-{number % 100}"),
        text=" ".join(chosen.choices(WORDS, k=30)) + f" {number}.",
        author=DraftAuthor(name="Reader", email=f"reader{number % 5000}@example.org"),
        context=DraftContext(ip=f"203.0.{number // 250 % 250}.{number % 250}"),
    )


def ours(engine: str, count: int, *, transformer: bool = True) -> dict[str, Any]:
    with stage(engine, with_redis=True) as place:
        if not transformer:
            place.environ["GREENROOM_TRANSFORMER_SECONDS"] = "0"
        posted(place, count)
        command = [sys.executable, "-m", "celery", "-A", "workers.main", "worker", "-c2", "-Q", "checks", "--loglevel=error"]
        app = celery_app(load(place.environ))
        return _timed(place, command, count, [lambda: app.send_task(Job.DRAIN.value, queue="checks")] * 2)


def naive(engine: str, count: int) -> dict[str, Any]:
    with stage(engine, with_redis=True) as place:
        from celery import Celery

        ids = posted(place, count)
        place.environ["NAIVE_DATABASE"] = load(place.environ).database
        command = [sys.executable, "-m", "celery", "-A", "bench.naive:celery", "worker", "-c2", "--loglevel=error"]
        app = Celery(broker=place.environ["REDIS_URL"])
        app.conf.update(task_ignore_result=True, broker_transport_options={"global_keyprefix": "naive:"})
        return _timed(place, command, count, [lambda i=i: app.send_task("naive.check", (i,)) for i in ids])


def _timed(place: Stage, command: list[str], count: int, rings: list[Any]) -> dict[str, Any]:
    """Verdicts per second, from the first verdict to the last, so that the start-up does not count."""
    database = Database(load(place.environ).database)
    for ring in rings:
        ring()
    with ExitStack() as stack:
        worker = stack.enter_context(process(command, place.environ))
        first = _wait(database, 1)
        before = cpu_seconds(worker.pid)
        last = _wait(database, count)
        used = cpu_seconds(worker.pid) - before
    database.close()
    seconds = max(last[0] - first[0], 1e-9)
    return {"per_second": round((last[1] - first[1]) / seconds), "worker_cpu_us": round(used / max(1, last[1] - first[1]) * 1e6)}


def _wait(database: Database, count: int) -> tuple[float, int]:
    until = time.monotonic() + 300
    while time.monotonic() < until:
        with database.reading() as session:
            settled = session.scalar(select(func.count()).select_from(Comment).where(Comment.judged_at.is_not(None))) or 0
        if settled >= count:
            return time.monotonic(), settled
        time.sleep(0.02)
    sys.exit("no end in five minutes")


WAYS = {
    "greenroom": (ours, 4_000),
    "without the transformer": (partial(ours, transformer=False), 10_000),
    "a task a comment": (naive, 1_500),
}


def measure(engine: str, *, rounds: int) -> dict[str, dict[str, Any]]:
    runs: dict[str, list[dict[str, Any]]] = {way: [] for way in WAYS}
    for number in range(rounds):
        for way, (run, count) in WAYS.items():
            runs[way].append(run(engine, count))
            say(f"verdicts {engine} round {number + 1}/{rounds} {way}: {runs[way][-1]}")
    return {way: medians(results) for way, results in runs.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--engine", choices=["sqlite", "postgresql"], action="append")
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    json.dump({e: measure(e, rounds=args.rounds) for e in args.engine or ["postgresql"]}, sys.stdout, indent=1)


if __name__ == "__main__":
    main()
