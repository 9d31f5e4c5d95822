"""Comments at a fixed, low rate, each over a connection of its own, as a host sends them."""

import http.client
import json
import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from bench.words import WORDS


@dataclass(frozen=True, slots=True)
class Target:
    """Where comments are posted: `path` and `body` get the number of the comment."""

    port: int
    path: Callable[[int], str]
    body: Callable[[int, str], dict[str, object]]
    headers: Mapping[str, str] = field(default_factory=dict)


def post_steadily(target: Target, *, rate: float, seconds: float, start: int = 0) -> int:
    """Post this many comments a second for this long. Returns how many were accepted; one that is refused ends the run."""
    chosen, began = random.Random(start), time.monotonic()
    count = max(1, round(rate * seconds))
    for number in range(count):
        time.sleep(max(0.0, began + number / rate - time.monotonic()))
        text = " ".join(chosen.choices(WORDS, k=30)) + f" {start + number}."
        _post(target, start + number, text)
    time.sleep(max(0.0, began + seconds - time.monotonic()))
    return count


def _post(target: Target, number: int, text: str) -> None:
    line = http.client.HTTPConnection("127.0.0.1", target.port, timeout=30)
    try:
        body = json.dumps(target.body(number, text))
        line.request("POST", target.path(number), body, {"Content-Type": "application/json", **target.headers})
        answer = line.getresponse()
        if answer.status not in (200, 201, 202):
            raise AssertionError(f"a comment was answered {answer.status}: {answer.read(300)!r}")
        answer.read()
    finally:
        line.close()
