"""`make chaos`: injects faults on three set-ups for a while. Prints the random seed."""

import argparse
import json
import sys
import time
from dataclasses import asdict
from pathlib import Path

from tests.chaos.faults import kinds, restarts
from tests.chaos.house import Setup
from tests.chaos.run import Report, run


def main() -> int:
    asked = argparse.ArgumentParser(description="Break a whole Greenroom in every way, then audit it.")
    asked.add_argument("--setup", choices=[s.value for s in Setup], action="append", help="default: all three")
    asked.add_argument("--seconds", type=float, default=90)
    asked.add_argument("--rate", type=float, default=15, help="posts a second")
    asked.add_argument("--faults", type=int, default=25)
    asked.add_argument("--probe-every", type=float, default=5, help="`webhook_probe_every` of the Greenroom that is broken")
    asked.add_argument("--seed", type=int, default=int(time.time()))
    asked.add_argument(
        "--restarts", action="store_true", help="no faults: each process is asked to end, which must repeat nothing"
    )
    asked.add_argument(
        "--patience", type=float, default=1, help="how many times longer this machine may take to settle and deliver"
    )
    asked.add_argument("--folder", type=Path, help="keep everything there: databases, logs, receipts")
    asked.add_argument("--json", action="store_true")
    words = asked.parse_args()
    reports = []
    for setup in [Setup(s) for s in words.setup or Setup]:
        print(f"{setup}: seed {words.seed}, {words.seconds:g} s, {words.rate:g} posts/s, {words.faults} faults", flush=True)
        folder = words.folder / f"{setup}-{words.seed}" if words.folder else None
        report = run(
            setup, seconds=words.seconds, rate=words.rate, faults=words.faults, seed=words.seed, probe_every=words.probe_every,
            say=lambda line: print(line, flush=True), folder=folder, deck=restarts if words.restarts else kinds,
            patience=words.patience,
        )  # fmt: skip
        report.wrong += [f"{report.repeated} webhooks came twice"] * bool(words.restarts and report.repeated)
        reports.append(report)
        print(json.dumps(asdict(report)) if words.json else shown(report), flush=True)
    print(table(reports))
    return 1 if any(report.wrong for report in reports) else 0


def shown(report: Report) -> str:
    lines = [f"  {name}: {value}" for name, value in asdict(report).items() if name != "wrong"]
    return "\n".join([*lines, *(f"  WRONG: {word}" for word in report.wrong)])


def table(reports: list[Report]) -> str:
    """The report as Markdown table rows."""
    rows = [
        "| set-up | seed | seconds | accepted | faults | restarts | webhooks | repeated | lost | stuck | undelivered | out of order "
        "| bad signatures | settled after | delivered after |",
        "|---" * 15 + "|",
    ]
    for r in reports:
        cells = (
            r.setup, r.seed, f"{r.seconds:g}", r.accepted, sum(r.faults.values()), r.restarts, r.webhooks, r.repeated, r.lost, r.stuck,
            r.undelivered, r.out_of_order, r.bad_signatures, f"{r.settled_after:.1f} s", f"{r.delivered_after:.1f} s",
        )  # fmt: skip
        rows.append("| " + " | ".join(map(str, cells)) + " |")
    return "\n".join(rows)


if __name__ == "__main__":
    sys.exit(main())
