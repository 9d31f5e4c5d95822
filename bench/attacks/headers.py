"""Long headers: parsed before anything is refused, kept in caches, or held unfinished."""

from collections.abc import Iterator
from typing import Any

from bench.attacks.target import OTHER_ADDRESS, attacker, fill_thread, path_of, probe, raw, status_line, target
from service.web.http.header_limits import MAX_HEADERS, MAX_PARSED


def measure(command: str) -> dict[str, Any]:
    """What others feel of each attack in milliseconds, and what the process keeps of it in megabytes."""
    with target(command, lambda database: fill_thread(database, "hot", roots=50, comments=50)) as place:
        hot = path_of("hot")
        place.get(hot)
        figures: dict[str, Any] = {"alone": probe(place.port, hot, 4, source=OTHER_ADDRESS)}
        for name, headers in _attacks():
            lines = "".join(f"{header}: {value}\r\n" for header, value in headers.items())
            words = f"GET {hot} HTTP/1.1\r\nHost: x\r\n{lines}\r\n"
            figures[name] = status_line(place.port, words.encode()), _felt(place.port, hot, words)
    return figures | {"memory, MB": _memory(command)}


def _attacks() -> Iterator[tuple[str, dict[str, str]]]:
    parts = {"Accept-Encoding": "gzip;q=1,", "If-None-Match": 'W/"abcdefgh",', "Accept": "text/html;q=0.1,"}
    yield "4 clients with small headers", {}
    largest = {name: _long(part, MAX_PARSED) for name, part in parts.items()}
    yield "4 clients with the largest headers", largest | {"Cookie": _long("a=b;", MAX_HEADERS - 4 * MAX_PARSED)}
    for size in (15_000, 110_000):
        for name, part in parts.items():
            yield f"4 clients with {size:,} bytes of {name}", {name: _long(part, size)}


def _long(part: str, size: int) -> str:
    return (part * (size // len(part) + 1))[:size]


def _felt(port: int, hot: str, words: str) -> dict[str, float]:
    with attacker("repeat", port, words, 4):
        return probe(port, hot, 4, source=OTHER_ADDRESS)


def _memory(command: str) -> dict[str, Any]:
    figures: dict[str, Any] = {}
    with target(command) as place:
        before = place.memory()
        for number in range(1_100):
            name = f"x-{number}-" + "a" * 64_000
            status_line(place.port, f"GET /livez HTTP/1.1\r\nHost: x\r\n{name}: 1\r\n\r\n".encode())
        figures["1,100 header names of 64,000 bytes"] = before, place.memory()
    with target(command) as place:
        before = place.memory()
        lines = []
        for _ in range(3_000):
            try:
                lines.append(raw(place.port, b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 120_000))
            except OSError:
                continue
        figures["3,000 unfinished heads of 120,000 bytes"] = before, place.memory()
        for line in lines:
            line.close()
    return figures
