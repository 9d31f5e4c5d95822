"""Runs the attacks and prints what the other clients felt: `make attacks`, or `python -m bench.attacks connections`."""

import argparse
import json
import os
import sys
from pathlib import Path
from typing import Any

from bench.attacks import connections, feeds, headers, workers
from bench.stage import say

ATTACKS = {"headers": headers.measure, "feeds": feeds.measure, "connections": connections.measure, "workers": workers.measure}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.attacks", description=__doc__)
    parser.add_argument("attacks", nargs="*", metavar="ATTACK", help=f"any of {', '.join(ATTACKS)}; all if none is named")
    parser.add_argument("--greenroom", default=str(Path(sys.executable).with_name("greenroom")), help="the command to attack")
    args = parser.parse_args()
    figures: dict[str, Any] = {"load of the machine": [round(load, 2) for load in os.getloadavg()]}
    for name in args.attacks or ATTACKS:
        say(f"attack: {name}")
        figures[name] = ATTACKS[name](args.greenroom)
    json.dump(figures, sys.stdout, indent=1)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
