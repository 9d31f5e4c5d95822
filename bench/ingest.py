"""Ingest benchmark: accepted comments per second, beside a naive baseline and an upper limit, in one run."""

import argparse
import json
import sys
from typing import Any

from bench.stage import Stage, at_port, cpu_seconds, event_loop, free_port, granian, greenroom, medians, process, say, stage, wrk


def ours(engine: str, seconds: float, *, connections: int = 32) -> dict[str, Any]:
    """Greenroom with one web process, the default."""
    with stage(engine) as place:
        return _loaded(place, greenroom(port=0), place.environ, place.key, seconds, connections)


def naive(engine: str, seconds: float) -> dict[str, Any]:
    """The baseline with two processes of eight threads, a usual deployment."""
    with stage(engine) as place:
        from service.setting_sources import load

        environ = {**place.environ, "NAIVE_DATABASE": load(place.environ).database}
        return _loaded(place, granian("bench.naive:app", port=0, processes=2, threads=8), environ, "", seconds)


def ceiling(engine: str, seconds: float) -> dict[str, Any]:
    with stage(engine) as place:
        environ = {**place.environ, "CEILING_DATABASE": place.database_url.removeprefix("sqlite:///")}
        return _loaded(place, event_loop("bench.ceiling:app", port=0), environ, "", seconds)


def _loaded(
    place: Stage, command: list[str], environ: dict[str, str], key: str, seconds: float, connections: int = 32
) -> dict[str, Any]:
    """Requests per second, and CPU seconds per million requests of the web process and of PostgreSQL."""
    port = free_port()
    command = [str(port) if part == "0" else part for part in command]
    environ = at_port(environ, port)
    with process(command, environ, ready=f"http://127.0.0.1:{port}/") as server:
        wrk(port, script="post.lua", key=key, seconds=1)
        web, database = cpu_seconds(server.pid), place.servers_cpu()
        result = wrk(port, script="post.lua", key=key, connections=connections, seconds=seconds)
        used = {"web_cpu_us": cpu_seconds(server.pid) - web, "database_cpu_us": place.servers_cpu() - database}
        return {**result, **{name: round(seconds / result["requests"] * 1e6) for name, seconds in used.items()}}


WAYS = {"greenroom": ours, "usual way": naive, "ceiling": ceiling}


def measure(engine: str, *, rounds: int, seconds: float) -> dict[str, dict[str, Any]]:
    """The medians of several rounds, in which each server has its turn."""
    runs: dict[str, list[dict[str, Any]]] = {way: [] for way in WAYS}
    for number in range(rounds):
        for way, run in WAYS.items():
            runs[way].append(run(engine, seconds))
            say(
                f"ingest {engine} round {number + 1}/{rounds} {way}: {runs[way][-1]['per_second']}/s p99 {runs[way][-1]['p99_ms']} ms"
            )
    return {way: medians(results) for way, results in runs.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--engine", choices=["sqlite", "postgresql"], action="append")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=5)
    args = parser.parse_args()
    json.dump(
        {e: measure(e, rounds=args.rounds, seconds=args.seconds) for e in args.engine or ["sqlite", "postgresql"]},
        sys.stdout,
        indent=1,
    )


if __name__ == "__main__":
    main()
