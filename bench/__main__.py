"""Runs all benchmarks and prints a JSON document and a table: `make bench`, or `make bench-quick` in under two minutes."""

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any

from bench import feed, ingest, latency, queue_page, verdicts
from bench.peers import measure as peers
from bench.stage import say


def run(*, quick: bool, twikoo: Path | None = None) -> dict[str, Any]:
    """All figures. Quick ones are single rounds on PostgreSQL only: good enough for a log, not for published figures."""
    engines = ["postgresql"] if quick else ["sqlite", "postgresql"]
    rounds, seconds = (1, 2.0) if quick else (3, 5.0)
    rates = [200] if quick else [50, 200, 500, 1000]
    sizes = (100, 20_000) if quick else (100, 1_000_000)
    return {
        "ingest": {engine: ingest.measure(engine, rounds=rounds, seconds=seconds) for engine in engines},
        "verdicts": {"postgresql": verdicts.measure("postgresql", rounds=rounds)},
        "latency": {
            engine: [
                latency.measure(engine, rate=rate, seconds=2 * seconds, transformer=with_it)
                for rate in rates
                for with_it in (True, False)
            ]
            for engine in engines
        },
        "feed": {engine: feed.measure(engine, seconds=seconds, sizes=sizes) for engine in engines},
        "queue_page": [queue_page.measure(engine, many=10_000 if quick else 1_000_000) for engine in engines],
        "peers": {} if quick else peers.measure(seconds=seconds, rounds=rounds, twikoo_home=twikoo),
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one short round of each")
    parser.add_argument("--twikoo", type=Path, metavar="FOLDER", help="see `python -m bench.peers --help`")
    args = parser.parse_args()
    began = time.monotonic()
    results = run(quick=args.quick, twikoo=args.twikoo)
    say(f"done in {time.monotonic() - began:.0f} s")
    _table(results)
    json.dump(results, sys.stdout, indent=1)
    sys.stdout.write("\n")


def _table(results: dict[str, Any], name: str = "") -> None:
    """One line per figure, on stderr, so that stdout stays pure JSON."""
    for key, value in results.items() if isinstance(results, dict) else enumerate(results):
        here = f"{name} {key}".strip()
        if isinstance(value, dict | list):
            _table(value, here)
        else:
            sys.stderr.write(f"{here:<60} {value}\n")


if __name__ == "__main__":
    main()
