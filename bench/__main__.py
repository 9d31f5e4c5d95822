"""Runs the benchmarks and prints their tables: `make bench`. What breaks or cannot be installed is named and left out."""

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, replace
from pathlib import Path

from bench.figures import Figure, tables
from bench.left_out import leave_out, left_out
from bench.parts import PARTS, QUICK, Extent
from bench.stage import say


def run(parts: Mapping[str, Callable[[Extent], Iterator[Figure]]], extent: Extent) -> list[Figure]:
    """The figures of all parts. A part that breaks keeps those that it had, and the others go on."""
    figures: list[Figure] = []
    for name, part in parts.items():
        with leave_out(f"the rest of {name}"):
            for figure in part(extent):
                figures.append(figure)
                say(f"{figure.part}: {figure.what}, {figure.who}: {figure.value}")
    return figures


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"default: all of {', '.join(PARTS)}")
    parser.add_argument("--quick", action="store_true", help="one short round of each, without the peers")
    parser.add_argument("--twikoo", type=Path, metavar="FOLDER", help="see `python -m bench.peers --help`")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    args = parser.parse_args()
    if unknown := set(args.parts) - set(PARTS):
        parser.error(f"no such part: {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    names = args.parts or [name for name in PARTS if not (args.quick and name == "peers")]
    began = time.monotonic()
    figures = run({name: PARTS[name] for name in names}, replace(QUICK if args.quick else Extent(), twikoo=args.twikoo))
    say(f"done in {time.monotonic() - began:.0f} s")
    _print(figures, args.json)
    return 1 if any(name.startswith("the rest of") for name in left_out()) else 0


def _print(figures: list[Figure], path: Path | None) -> None:
    sys.stdout.write(tables(figures) + "\n")
    for name, reason in left_out().items():
        sys.stdout.write(f"\nLeft out: {name} ({reason})\n")
    if path:
        rows = [{**asdict(figure), "reached": figure.reached} for figure in figures]
        path.write_text(json.dumps({"figures": rows, "left_out": left_out()}, indent=1) + "\n")


if __name__ == "__main__":
    sys.exit(main())
