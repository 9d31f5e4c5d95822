"""`make soak`: a year of a small site on SQLite, then a week of a large one on PostgreSQL and Redis. Prints the audit."""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from math import inf
from pathlib import Path

from tests.soak.audit import audit, counted
from tests.soak.plan import LARGE, SMALL, Plan
from tests.soak.run import Soak, live, running
from tests.support.servers import Postgres, Redis

PLANS = {"small": SMALL, "large": LARGE}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--plan", choices=list(PLANS), action="append", help="default: both")
    parser.add_argument("--days", type=int, help="instead of a year or a week")
    parser.add_argument("--minutes", type=float, default=inf, help="end early after this time, and audit what there is")
    parser.add_argument("--older", type=Path, metavar="CHECKOUT", help="begin with this checkout, and upgrade from it")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--folder", type=Path, help="keep everything there; it must not exist")
    parser.add_argument("--samples", type=Path, help="write memory and file sizes there, for `python -m tests.soak.picture`")
    args = parser.parse_args()
    wrong = [one for name in args.plan or PLANS for one in _soaked(name, args)]
    return 1 if wrong else 0


def _soaked(name: str, args: argparse.Namespace) -> list[str]:
    plan = PLANS[name].shorter(args.days) if args.days else PLANS[name]
    began = time.monotonic()
    print(f"{plan.name}: seed {args.seed}", flush=True)
    with tempfile.TemporaryDirectory(prefix="greenroom-soak-", ignore_cleanup_errors=True) as made:
        folder = (args.folder or Path(made)) / name
        folder.mkdir(parents=True)
        with _opened(plan, folder, args) as soak:
            live(soak, lambda words: print(f"{time.monotonic() - began:6.0f} s  {words}", flush=True), seconds=60 * args.minutes)
            found = audit(soak)
            print(*found.lines, counted(soak), f"{time.monotonic() - began:.0f} s", sep="\n", flush=True)
            if args.samples:
                _write(args.samples, soak)
    return found.wrong


@contextmanager
def _opened(plan: Plan, folder: Path, args: argparse.Namespace) -> Iterator[Soak]:
    if plan.name != LARGE.name:
        with running(plan, folder, seed=args.seed, older=args.older) as soak:
            yield soak
        return
    postgres, redis = Postgres.find(folder), Redis.find(folder)
    if postgres is None or redis is None:
        sys.exit("the week of a large site needs PostgreSQL and Redis")
    with postgres, redis:
        servers = {"DATABASE_URL": postgres.empty_database(), "REDIS_URL": redis.url}
        with running(plan, folder, seed=args.seed, older=args.older, servers=servers, data=[postgres.folder / "data"]) as soak:
            yield soak


def _write(path: Path, soak: Soak) -> None:
    """Adds this soak to the file, under the name of its plan."""
    known = json.loads(path.read_text()) if path.exists() else {}
    known[soak.plan.name] = [{**asdict(each), "at": each.at.isoformat()} for each in soak.samples]
    path.write_text(json.dumps(known))


if __name__ == "__main__":
    sys.exit(main())
