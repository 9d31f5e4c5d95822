"""`make bench-queue`: from a key to the next card on the screen, and the first card with 100,000 held, measured in Chromium."""

import argparse
import logging
import statistics
import sys
import tempfile
from pathlib import Path

from bench.filled import fill
from tests.browser.desk import Desk, browser, opened

BUDGETS = {"key to paint p95 ms": 50.0, "first card ms": 300.0, "page kB": 60.0}

#: From the key's own time stamp to the task after the frame in which the next card is the current one.
WATCH = """() => {
  window.__paints = [];
  addEventListener('keydown', (key) => requestAnimationFrame(() => {
    const channel = new MessageChannel();
    channel.port1.onmessage = () => window.__paints.push(performance.now() - key.timeStamp);
    channel.port2.postMessage(0);
  }));
}"""


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--held", type=int, default=100_000)
    asked.add_argument("--keys", type=int, default=500)
    wanted = asked.parse_args()
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    with browser() as chromium, tempfile.TemporaryDirectory() as folder:
        if chromium is None:
            raise SystemExit("Chromium is not to be had on this machine")
        with opened(chromium, Path(folder)) as desk:
            fill(desk.database, site_id="news", count=wanted.held, state="held")
            over = [what for what, value in _measured(desk, wanted.keys).items() if _say(what, value)]
    sys.exit(1 if over else 0)


def _measured(desk: Desk, keys: int) -> dict[str, float]:
    page = desk.sit_down()
    first, size = [], 0
    for _ in range(5):
        answer = page.goto(desk.address + "/queue")
        timing = page.evaluate("performance.getEntriesByType('navigation')[0].toJSON()")
        first.append(timing["responseStart"] - timing["requestStart"])
        size = len(answer.body()) if answer else 0
    page.evaluate(WATCH)
    for n in range(keys):
        page.keyboard.press("as"[n % 2])
        page.wait_for_timeout(25)
    page.wait_for_timeout(1500)
    paints = sorted(page.evaluate("window.__paints"))
    if desk.troubles or len(paints) < keys:
        raise SystemExit("\n".join(desk.troubles) or f"only {len(paints)} of {keys} keys were painted")
    p95 = paints[int(len(paints) * 0.95)]
    return {
        "first card ms": statistics.median(first),
        "page kB": size / 1024,
        "key to paint p50 ms": statistics.median(paints),
        "key to paint p95 ms": p95,
    }


def _say(what: str, value: float) -> bool:
    budget = BUDGETS.get(what)
    over = budget is not None and value > budget
    print(f"{what}\t{value:.1f}{f' of {budget:g}' if budget else ''}{'  OVER' if over else ''}", flush=True)
    return over


if __name__ == "__main__":
    main()
