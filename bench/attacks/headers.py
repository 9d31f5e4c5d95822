"""Long headers: parsed before anything is refused, kept in caches, or held unfinished."""

from typing import Any

from bench.attacks.target import OTHER_ADDRESS, attacker, fill_thread, path_of, probe, raw, status_line, target

#: Bytes of a long header that the server may still accept, with room for the others.
_MOST = 15_000


def measure(command: str) -> dict[str, Any]:
    """What others feel of each attack in milliseconds, and what the process keeps of it in megabytes."""
    with target(command, lambda database: fill_thread(database, "hot", roots=50, comments=50)) as place:
        hot = path_of("hot")
        place.get(hot)
        figures: dict[str, Any] = {"alone": probe(place.port, hot, 4, source=OTHER_ADDRESS)}
        for size in (_MOST, 110_000):
            for name, part in (
                ("Accept-Encoding", "gzip;q=1,"),
                ("If-None-Match", 'W/"abcdefgh",'),
                ("Accept", "text/html;q=0.1,"),
            ):
                words = f"GET {hot} HTTP/1.1\r\nHost: x\r\n{name}: {part * (size // len(part))}\r\n\r\n"
                figures[f"{name} of {size:,} bytes"] = status_line(place.port, words.encode()), _felt(place.port, hot, words)
        figures["Accept-Language of 15,000 bytes on a form"] = _felt(
            place.port, hot, f"GET /f/bench?thread=a HTTP/1.1\r\nHost: x\r\nAccept-Language: {'de;q=0.1,' * (_MOST // 9)}\r\n\r\n"
        )
    return figures | {"memory, MB": _memory(command)}


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
