"""Five thousand connections of one address that do nothing, and a probe from another address."""

from typing import Any

from bench.attacks.target import OTHER_ADDRESS, attacker, probe, target

MANY = 5_000
KINDS = {
    "silent": "",
    "one byte": "G",
    "unfinished head": "GET / HTTP/1.1\r\nHost: x\r\nX-A: " + "a" * 1_000,
    "idle after an answer": "GET /livez HTTP/1.1\r\nHost: x\r\n\r\n",
}


def measure(command: str, *, seconds: float = 30) -> dict[str, Any]:
    """How long a new connection from another address waits for its answer, in milliseconds."""
    figures: dict[str, Any] = {}
    for kind, words in KINDS.items():
        with target(command) as place, attacker("open_and_wait", place.port, words, MANY):
            figures[kind] = probe(place.port, "/livez", seconds, source=OTHER_ADDRESS, fresh=True, patience=5.0)
            figures[kind]["memory, MB"] = round(place.memory())
    return figures
