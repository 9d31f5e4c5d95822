"""`make bench-queue`: the time from a key press to the next card, and the server's time for the page with the first card.

Measured in Chromium with 100,000 held comments, on SQLite and on PostgreSQL.
"""

import argparse
import logging
import statistics
import sys
from collections import Counter

from sqlalchemy import event

from bench.filled import fill
from bench.stage import stage
from tests.support.desk import Desk, browser, opened

BUDGETS = {"key to paint p95 ms": 50.0, "first card ms": 300.0, "page kB as sent": 60.0}

ENGINES = ("sqlite", "postgresql")
#: Milliseconds between two keys: faster than a person decides, so that responses, counts and new cards arrive in between.
PAUSE = 100

#: Measures from the key event's time stamp to the task after the frame in which the next card is the current one.
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
    asked.add_argument("--engine", choices=ENGINES, action="append", help="both where none is named")
    wanted = asked.parse_args()
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    over: list[str] = []
    with browser() as chromium:
        if chromium is None:
            raise SystemExit("Chromium is not to be had on this machine")
        for engine in wanted.engine or ENGINES:
            with stage(engine) as place, opened(chromium, place.folder, place.database_url) as desk:
                fill(desk.database, site_id="news", count=wanted.held, state="held")
                print(f"{engine}, {wanted.held:,} held, {wanted.keys} keys", flush=True)
                over += [what for what, value in _measured(desk, wanted.keys).items() if _say(what, value)]
    sys.exit(1 if over else 0)


def _measured(desk: Desk, keys: int) -> dict[str, float]:
    page = desk.sit_down()
    engine, queries = desk.app.extensions["greenroom"].database.engine, Counter[str]()
    event.listen(engine, "before_cursor_execute", lambda *args: queries.update([args[2].split()[0]]))
    first, size = [], 0
    page.request.get(desk.address + "/queue?site=news")
    queries.clear()
    page.request.get(desk.address + "/queue?site=news")
    asked = queries["SELECT"]
    for _ in range(9):
        answer = page.goto(desk.address + "/queue?site=news")
        timing = page.evaluate("performance.getEntriesByType('navigation')[0].toJSON()")
        first.append(timing["responseStart"] - timing["requestStart"])
        size, sent = (len(answer.body()), answer.request.sizes()["responseBodySize"]) if answer else (0, 0)
    page.evaluate(WATCH)
    for n in range(keys):
        page.keyboard.press("as"[n % 2])
        page.wait_for_timeout(PAUSE)
    page.wait_for_timeout(1500)
    paints = sorted(page.evaluate("window.__paints"))
    if desk.troubles or len(paints) < keys:
        raise SystemExit("\n".join(desk.troubles) or f"only {len(paints)} of {keys} keys were painted")
    p95 = paints[int(len(paints) * 0.95)]
    return {
        "first card ms": statistics.median(first),
        "queries of the page": asked,
        "page kB": size / 1024,
        "page kB as sent": sent / 1024,
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
