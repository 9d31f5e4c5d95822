"""Posts many comments through the host API: over a few connections, with retries while the server is busy."""

import hashlib
import http.client
import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from service.commands.support.import_lines import NoComment, NoWords, body_of

#: The number of parallel connections. With `wait`, each connection takes a server thread until the verdict is there.
CONNECTIONS = 8
#: Seconds to retry a line while the server is busy, restarts or cannot be reached.
PATIENCE = 30.0
#: Seconds to retry a reply whose parent comment is not stored yet.
_PARENT = 3.0
#: Used in place of an HTTP status if the text of a line was empty, so that nothing was sent.
_NO_WORDS = -1


@dataclass(frozen=True, slots=True)
class Problem:
    """A line that was not accepted, and the reason (`said`)."""

    line: int
    said: str


@dataclass(slots=True)
class Sent:
    """The result of sending a file: the comments by state, the number of comments that had been sent before, the number of empty
    lines, and the refused lines."""

    states: Counter[str] = field(default_factory=Counter)
    replayed: int = 0
    empty: int = 0
    problems: list[Problem] = field(default_factory=list)


class Unreachable(Exception):
    """No server responds at this address, it is not Greenroom, or it refuses the key."""


class Sender:
    """Sends lines to one site. Calls `tick` after each line."""

    def __init__(self, url: str, key: str, *, thread: str, wait: bool, tick: Callable[[], None]) -> None:
        self._address = urlsplit(url)
        self._key, self._thread, self._wait, self._tick = key, thread, wait, tick
        self._local = threading.local()
        self._lock = threading.Lock()
        self._seen: Counter[str] = Counter()
        self._stop = threading.Event()
        self.sent = Sent()

    def send(self, lines: Iterator[str]) -> Sent:
        """Send all lines. Raises Unreachable if the server cannot be reached for `PATIENCE` seconds, or refuses the key."""
        numbered = enumerate(lines, start=1)
        with ThreadPoolExecutor(CONNECTIONS) as pool:
            ends = [pool.submit(self._work, numbered) for _ in range(CONNECTIONS)]
        for end in ends:
            end.result()
        self.sent.problems.sort(key=lambda problem: problem.line)
        return self.sent

    def _work(self, numbered: Iterator[tuple[int, str]]) -> None:
        try:
            while not self._stop.is_set():
                with self._lock:
                    taken = next(((number, line) for number, line in numbered if line.strip()), None)
                    if taken is None:
                        return
                    key = self._name(taken[1])
                self._one(*taken, key)
        except Unreachable:
            self._stop.set()
            raise

    def _name(self, line: str) -> str:
        """The idempotency key of a line: its hash, and how often the line has occurred so far. So a file can be sent twice
        without duplicates, but equal lines in it are separate comments."""
        digest = hashlib.sha256(line.strip().encode("utf-8", "replace")).hexdigest()
        self._seen[digest] += 1
        return f"{digest[:40]}-{self._seen[digest]}"

    def _one(self, number: int, line: str, key: str) -> None:
        try:
            body = body_of(line, thread=self._thread)
            status, headers, answer = self._post(json.dumps(body).encode("utf-8", "surrogatepass"), key)
        except NoComment as error:
            status, headers, answer = 0, {}, {"detail": str(error)}
        except NoWords:
            status, headers, answer = _NO_WORDS, {}, {}
        with self._lock:
            if status == _NO_WORDS:
                self.sent.empty += 1
            elif status in (200, 202):
                self.sent.states[str(answer.get("state", "pending"))] += 1
                self.sent.replayed += headers.get("idempotent-replayed") == "true"
            else:
                self.sent.problems.append(Problem(number, _in_words(answer)))
        self._tick()

    def _post(self, body: bytes, key: str) -> tuple[int, dict[str, str], dict[str, Any]]:
        until = time.monotonic() + PATIENCE
        while True:
            try:
                status, headers, answer = self._ask(body, key)
            except (OSError, http.client.HTTPException) as error:
                self._local.connection = None
                status, headers, answer = 0, {}, {"detail": f"no answer from {self._address.netloc}: {error}"}
            if status in (401, 403, 404):
                raise Unreachable(_in_words(answer))
            if status not in (0, 429, 503) and not (_is_early(answer) and time.monotonic() < until - PATIENCE + _PARENT):
                return status, headers, answer
            if time.monotonic() > until or self._stop.wait(min(float(headers.get("retry-after", "0.5")), 10.0)):
                raise Unreachable(_in_words(answer))

    def _ask(self, body: bytes, key: str) -> tuple[int, dict[str, str], dict[str, Any]]:
        connection = self._connection()
        headers = {"Authorization": f"Bearer {self._key}", "Content-Type": "application/json", "Idempotency-Key": key}
        if self._wait:
            headers["Prefer"] = "wait=10"
        connection.request("POST", self._address.path + "/v1/comments", body, headers)
        response = connection.getresponse()
        content = response.read()
        try:
            answer = json.loads(content)
        except ValueError:
            answer = {"detail": f"status {response.status} without JSON: is this Greenroom?"}
        return response.status, {name.lower(): value for name, value in response.getheaders()}, answer

    def _connection(self) -> http.client.HTTPConnection:
        connection: http.client.HTTPConnection | None = getattr(self._local, "connection", None)
        if connection is None:
            kind = http.client.HTTPSConnection if self._address.scheme == "https" else http.client.HTTPConnection
            connection = self._local.connection = kind(self._address.netloc, timeout=20)
        return connection


def _is_early(answer: dict[str, Any]) -> bool:
    """Whether the server does not know the parent: with several connections, a reply can arrive before its parent comment."""
    return any(fault.get("pointer") == "/parent" for fault in answer.get("errors") or [])


def _in_words(answer: dict[str, Any]) -> str:
    faults = answer.get("errors") or []
    return "; ".join(f"{fault['pointer']}: {fault['detail']}" for fault in faults) or str(answer.get("detail", answer))
