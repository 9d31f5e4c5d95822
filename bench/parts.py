"""The parts of `make bench`: each runs one benchmark, and gives its figures with their goals."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from bench import feed, ingest, latency, queue_page, verdicts
from bench.figures import OURS, Figure
from bench.peers import measure as peers
from bench.small.__main__ import run as run_small
from bench.small.contenders import SETUPS

_NAMES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
#: How many times as many comments are accepted as by the usual way.
_USUAL = {"sqlite": ">= 4", "postgresql": ">= 6"}
#: How many times as many POSTs and pages a second as each peer.
_PEERS = {"isso": (">= 10", ">= 100"), "twikoo": (">= 2.5", ">= 20"), "waline": ("", "")}
_REPOSITORY = Path(__file__).parents[1]


@dataclass(frozen=True, slots=True)
class Extent:
    """How much is measured. Quick figures are single rounds on PostgreSQL: good enough for a log, not for published figures."""

    engines: tuple[str, ...] = ("sqlite", "postgresql")
    rounds: int = 3
    seconds: float = 5.0
    rates: tuple[int, ...] = (50, 200, 500, 1000)
    sizes: tuple[int, int] = (100, 1_000_000)
    setups: tuple[str, ...] = tuple(SETUPS)
    rest: float = 30.0
    scale: float = 1.0
    twikoo: Path | None = None


QUICK = Extent(
    engines=("postgresql",), rounds=1, seconds=2.0, rates=(200,), sizes=(100, 10_000), setups=("sqlite",), rest=5.0, scale=0.1
)


def _ingest(extent: Extent) -> Iterator[Figure]:
    part = "Accepted comments, 32 connections"
    for engine in extent.engines:
        name, ways = _NAMES[engine], ingest.measure(engine, rounds=extent.rounds, seconds=extent.seconds)
        ours, usual, ceiling = ways["greenroom"], ways["usual way"], ways["ceiling"]
        for who, way in ways.items():
            yield Figure(part, f"{name}: a second", way["per_second"], who=who)
            yield Figure(part, f"{name}: p99, ms", way["p99_ms"], "<= 30" if who == OURS else "", who=who)
            yield Figure(part, f"{name}: errors", way["errors"], "<= 0" if who == OURS else "", who=who)
            yield Figure(part, f"{name}: ms of web processor a comment", way["web_cpu_us"] / 1000, who=who)
        yield Figure(part, f"{name}: times the usual way", _ratio(ours, usual, "per_second"), _USUAL[engine])
        yield Figure(part, f"{name}: share of the ceiling", _ratio(ours, ceiling, "per_second"), ">= 0.8")
        yield Figure(part, f"{name}: p99 against the usual way", _ratio(ours, usual, "p99_ms"), "<= 0.25")


def _ratio(ours: dict[str, Any], theirs: dict[str, Any], name: str) -> float | None:
    return ours[name] / theirs[name] if theirs[name] else None


def _verdicts(extent: Extent) -> Iterator[Figure]:
    part, ways = "Verdicts, PostgreSQL", verdicts.measure("postgresql", rounds=extent.rounds)
    for who, way in ways.items():
        yield Figure(part, "a second", way["per_second"], who=who)
        yield Figure(part, "ms of worker processor a comment", way["worker_cpu_us"] / 1000, who=who)
    cheap, usual = ways["without the transformer"], ways["a task a comment"]
    yield Figure(part, "times a task a comment, without the transformer", _ratio(cheap, usual, "per_second"), ">= 6")


def _latency(extent: Extent) -> Iterator[Figure]:
    for engine in extent.engines:
        for rate in extent.rates:
            for transformer in (False, True):
                yield from _latency_at(engine, rate, transformer=transformer, seconds=2 * extent.seconds)


def _latency_at(engine: str, rate: int, *, transformer: bool, seconds: float) -> Iterator[Figure]:
    """Goals hold without the transformer; with it, for what a small machine can read: 50 a second."""
    part = "From POST to verdict"
    found = latency.measure(engine, rate=rate, seconds=seconds, transformer=transformer)
    name = f"{_NAMES[engine]}, {rate}/s{', transformer' if transformer else ''}"
    if transformer:
        goals = {"verdict_p50_ms": "", "verdict_p99_ms": "<= 150" if rate <= 50 else "", "post_p99_ms": ""}
    else:
        busy = rate >= 1000
        goals = {
            "verdict_p50_ms": "" if busy else "<= 20",
            "verdict_p99_ms": "<= 120" if busy else "<= 60",
            "post_p99_ms": "<= 25" if busy else "<= 15",
        }
    for what, goal in goals.items():
        yield Figure(part, f"{name}: {what.replace('_ms', ', ms').replace('_', ' ')}", found[what], goal)
    processor = (found["cpu_s_a_million"] + found["servers_cpu_s_a_million"]) / 1000
    yield Figure(part, f"{name}: ms of processor a comment", processor)
    yield Figure(part, f"{name}: comments without a verdict", found["posted"] - found["judged"], "<= 0")


def _feed(extent: Extent) -> Iterator[Figure]:
    part = "Feeds of 50 comments"
    for engine in extent.engines:
        accepted = median(ingest.ours(engine, extent.seconds)["per_second"] for _ in range(extent.rounds))
        for size, found in feed.measure(engine, seconds=extent.seconds, sizes=extent.sizes).items():
            name = f"{_NAMES[engine]}, {size}"
            yield Figure(part, f"{name}: whole, a second", found["whole_per_second"])
            yield Figure(part, f"{name}: whole, times what is accepted", found["whole_per_second"] / accepted, ">= 3")
            yield Figure(part, f"{name}: 304, times what is accepted", found["unchanged_per_second"] / accepted, ">= 4")


def _queue(extent: Extent) -> Iterator[Figure]:
    part = "Queue page"
    for engine in extent.engines:
        found, name = queue_page.measure(engine, many=extent.sizes[1]), _NAMES[engine]
        yield Figure(part, f"{name}: first card, {extent.sizes[1]:,} held, ms", found["first_many_ms"], "<= 300")
        yield Figure(part, f"{name}: times as long as with 100", found["first_many_over_few"], "<= 1.5")


def _small(extent: Extent) -> Iterator[Figure]:
    yield from run_small({OURS: _REPOSITORY}, extent.setups, rest=extent.rest, scale=extent.scale)


def _compared(extent: Extent) -> Iterator[Figure]:
    part = "Beside other comment servers, 16 connections"
    found = peers.measure(seconds=extent.seconds, rounds=extent.rounds, twikoo_home=extent.twikoo)
    ours = {name: found.pop(f"greenroom on {name}") for name in _NAMES.values() if f"greenroom on {name}" in found}
    for who, figures in {**{f"greenroom on {name}": each for name, each in ours.items()}, **found}.items():
        yield Figure(part, "POST, a second", figures["post_per_second"], who=who)
        yield Figure(part, "POST, p99, ms", figures["post_p99_ms"], who=who)
        yield Figure(part, "GET of 50 comments, a second", figures["get_per_second"], who=who)
    for name, each in ours.items():
        for peer, theirs in found.items():
            post, get = _PEERS.get(peer, ("", ""))
            who = f"greenroom on {name}"
            yield Figure(part, f"POST, times {peer}", _ratio(each, theirs, "post_per_second"), post, who)
            yield Figure(part, f"GET, times {peer}", _ratio(each, theirs, "get_per_second"), get, who)


PARTS: dict[str, Callable[[Extent], Iterator[Figure]]] = {
    "small": _small,
    "ingest": _ingest,
    "verdicts": _verdicts,
    "latency": _latency,
    "feed": _feed,
    "queue": _queue,
    "peers": _compared,
}
