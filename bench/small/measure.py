"""The figures of one running server: processes, memory, idle processor, and processor a comment."""

import time
from collections.abc import Callable, Iterator

from bench.figures import OURS, Figure
from bench.process_tree import cpu_seconds, members
from bench.small.contenders import Running, Setup
from bench.small.load import post_steadily
from bench.stage import say
from tests.support.servers import wait_until

PART = "At rest, and with few comments"
#: Comments a second, and the seconds for which they come.
RATES = {1: 30.0, 5: 20.0, 50: 10.0}
#: Seconds after the start that are not measured, and seconds at rest that are.
WARM_UP, REST = 10.0, 30.0
#: The first comments of a process cost more than all others (pages that a fork shared are copied, statements compiled): they are
#: posted at a rate of their own that is not measured, and a site that runs has long had them.
FIRST, FIRST_RATE = 40, 10


def measure(running: Running, setup: Setup, *, who: str = OURS, rest: float = REST, scale: float = 1.0) -> Iterator[Figure]:
    """`scale`: how many times as long each rate is measured. Processor of databases and brokers is named beside the whole."""

    def figure(what: str, value: float, goal: str = "") -> Figure:
        say(f"{who} {setup.name}: {what} {value:.3g}")
        return Figure(PART, f"{setup.name}: {what}", value, "" if setup.peer else goal, who)

    memory = f"<= {setup.most_mb}" if setup.most_mb else ""
    yield figure("seconds to ready", running.ready_seconds, "<= 3")
    time.sleep(WARM_UP)
    own, servers = _cpu_of(running, lambda: time.sleep(rest))
    yield figure("idle, % of a core", 100 * own / rest, "<= 0.3")
    if running.servers:
        yield figure("idle of the servers, % of a core", 100 * servers / rest)
    tree = members(running.pid)
    yield figure("processes", len(tree), "<= 3" if setup.most_mb else "")
    yield figure("memory at rest, MB (PSS)", sum(each.pss_mb for each in tree), memory)
    post_steadily(running.target, rate=FIRST_RATE, seconds=FIRST / FIRST_RATE, start=1)
    for rate, seconds in RATES.items():
        yield from _cost(running, rate, seconds * scale, figure)
    yield figure("memory after that", sum(each.pss_mb for each in members(running.pid)), memory)


def _cost(running: Running, rate: int, seconds: float, figure: Callable[..., Figure]) -> Iterator[Figure]:
    count = 0

    def load() -> None:
        nonlocal count
        count = post_steadily(running.target, rate=rate, seconds=seconds, start=rate * 1_000_000)
        wait_until(running.has_settled, pause=0.5, what="every verdict")

    own, servers = _cpu_of(running, load)
    yield figure(f"ms of processor a comment at {rate}/s", 1000 * (own + servers) / count, "<= 2")
    if running.servers:
        yield figure(f"of them the servers at {rate}/s", 1000 * servers / count)


def _cpu_of(running: Running, do: Callable[[], None]) -> tuple[float, float]:
    """CPU seconds of the tree, and of the servers beside it, while this is done."""

    def used() -> tuple[float, float]:
        return cpu_seconds(running.pid), sum(cpu_seconds(pid) for pid in running.servers)

    before = used()
    do()
    after = used()
    return after[0] - before[0], after[1] - before[1]
