"""Measures checkouts of Greenroom and Isso beside each other: `python -m bench.small --checkout OLD --checkout . --setup sqlite`."""

import argparse
import json
import sys
from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.figures import OURS, Figure, tables
from bench.left_out import leave_out, left_out
from bench.peers import isso
from bench.small.contenders import ISSO, SETUPS, greenroom, isso_beside
from bench.small.measure import REST, measure
from bench.stage import say


def run(
    checkouts: Mapping[str, Path], setups: Collection[str], *, rest: float = REST, scale: float = 1.0, with_isso: bool = True
) -> Iterator[Figure]:
    """All figures: each set-up of each checkout in turn, then Isso."""
    for setup in [SETUPS[name] for name in setups]:
        for who, checkout in checkouts.items():
            with greenroom(checkout, setup) as running:
                yield from measure(running, setup, who=who, rest=rest, scale=scale)
    if with_isso:
        with leave_out("Isso at rest"), TemporaryDirectory(prefix="greenroom-bench-") as name:
            say("installing Isso")
            with isso_beside(isso.installed(Path(name))) as running:
                yield from measure(running, ISSO, who="Isso", rest=rest, scale=scale)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.small", description=__doc__)
    parser.add_argument(
        "--checkout", type=Path, action="append", metavar="PATH",
        help="a checkout, or an installed `greenroom`; several stand beside each other (default: this one)",
    )  # fmt: skip
    parser.add_argument("--setup", choices=list(SETUPS), action="append", help="default: all")
    parser.add_argument("--rest", type=float, default=REST, metavar="SECONDS", help="how long to rest")
    parser.add_argument("--scale", type=float, default=1.0, help="how many times as long each rate is measured")
    parser.add_argument("--no-isso", action="store_true")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    args = parser.parse_args()
    here = Path(__file__).parents[2]
    checkouts = {OURS if path.resolve() == here else str(path): path.resolve() for path in args.checkout or [here]}
    figures: list[Figure] = []
    try:
        # What came before an error is kept: `extend` takes one figure at a time.
        figures.extend(run(checkouts, args.setup or list(SETUPS), rest=args.rest, scale=args.scale, with_isso=not args.no_isso))
    finally:
        sys.stdout.write(tables(figures) + "\n")
        sys.stdout.writelines(f"\nLeft out: {name} ({reason})\n" for name, reason in left_out().items())
        if args.json:
            args.json.write_text(json.dumps([asdict(figure) | {"reached": figure.reached} for figure in figures], indent=1))


if __name__ == "__main__":
    main()
