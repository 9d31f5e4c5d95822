"""Posts many comments through the host API: over a few connections, with retries while the server is busy."""

import hashlib
import http.client
import json
import threading
import time
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from queue import Empty, Full, Queue
from typing import Any
from urllib.parse import urlsplit

from service.commands.support.import_lines import Line, NoComment, NoWords, read_line
from service.domain.imports.source_comment import Omission

#: The number of parallel connections. With `wait`, each connection takes a server thread until the verdict is there.
CONNECTIONS = 8
#: Seconds to retry a line while the server is busy, restarts or cannot be reached.
PATIENCE = 30.0
#: The lines that wait for each connection.
_AHEAD = 50


@dataclass(frozen=True, slots=True)
class Problem:
    """A line that was not accepted, and the reason."""

    line: int
    reason: str


@dataclass(slots=True)
class Sent:
    """The result of sending a file: the comments by state, the number of comments that had been sent before, what of the comments
    could not be used, the number of empty lines, and the refused lines."""

    states: Counter[str] = field(default_factory=Counter)
    replayed: int = 0
    omitted: Counter[Omission] = field(default_factory=Counter)
    empty: int = 0
    problems: list[Problem] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A line that waits for its connection, with its idempotency key."""

    number: int
    key: str
    line: Line


class Unreachable(Exception):
    """No server responds at this address, it is not Greenroom, or it refuses the key."""


class Sender:
    """Sends lines to one site. Calls `tick` after each line, and `tell` when the server does not answer for the first time."""

    def __init__(
        self, url: str, key: str, *, thread: str, wait: bool, tick: Callable[[], None], tell: Callable[[str], None]
    ) -> None:
        self._address = urlsplit(url)
        self._key, self._thread, self._wait, self._tick, self._tell = key, thread, wait, tick, tell
        self._has_warned = False
        self._local = threading.local()
        self._lock = threading.Lock()
        self._seen: Counter[str] = Counter()
        self._stop = threading.Event()
        self.sent = Sent()

    def send(self, lines: Iterator[str]) -> Sent:
        """Send all lines. Raises Unreachable if the server cannot be reached for `PATIENCE` seconds, or refuses the key."""
        queues: list[Queue[_Waiting | None]] = [Queue(_AHEAD) for _ in range(CONNECTIONS)]
        with ThreadPoolExecutor(CONNECTIONS) as pool:
            ends = [pool.submit(self._work, queue) for queue in queues]
            self._hand_out(lines, queues)
        for end in ends:
            end.result()
        self.sent.problems.sort(key=lambda problem: problem.line)
        return self.sent

    def _hand_out(self, lines: Iterator[str], queues: "Sequence[Queue[_Waiting | None]]") -> None:
        """Give each thread of the file to one connection, so that its comments arrive in order, and each parent before its replies."""
        for number, text in enumerate(lines, start=1):
            if self._stop.is_set():
                break
            if not text.strip():
                continue
            key = self._name(text)
            try:
                line = read_line(text, thread=self._thread)
            except NoComment as error:
                self._refuse(number, str(error))
            except NoWords:
                with self._lock:
                    self.sent.empty += 1
                    self._tick()
            else:
                self._put(queues[zlib.crc32(line.thread.encode()) % CONNECTIONS], _Waiting(number, key, line))
        for queue in queues:
            self._put(queue, None)

    def _put(self, queue: "Queue[_Waiting | None]", waiting: "_Waiting | None") -> None:
        while not self._stop.is_set():
            with suppress(Full):
                queue.put(waiting, timeout=0.5)
                return

    def _work(self, queue: "Queue[_Waiting | None]") -> None:
        try:
            while not self._stop.is_set():
                with suppress(Empty):
                    waiting = queue.get(timeout=0.5)
                    if waiting is None:
                        return
                    self._send_one(waiting)
        # Whatever ends this thread must stop the others: `_put` would wait for ever on a queue that nobody empties.
        except BaseException:
            self._stop.set()
            raise

    def _name(self, line: str) -> str:
        """The idempotency key of a line: its hash, and how often the line has occurred so far. So a file can be sent twice
        without duplicates, but equal lines in it are separate comments."""
        digest = hashlib.sha256(line.strip().encode("utf-8", "replace")).hexdigest()
        self._seen[digest] += 1
        return f"{digest[:40]}-{self._seen[digest]}"

    def _send_one(self, waiting: "_Waiting") -> None:
        line = waiting.line
        status, headers, answer = self._post(line, waiting.key)
        if _lacks_parent(answer):
            # Dumps lack parents that were deleted. The key is another one, since the body is another one.
            line = line.as_root
            status, headers, answer = self._post(line, f"{waiting.key}-root")
        if status not in (200, 202):
            self._refuse(waiting.number, _in_words(answer))
            return
        with self._lock:
            self.sent.states[str(answer.get("state", "pending"))] += 1
            self.sent.replayed += headers.get("idempotent-replayed") == "true"
            self.sent.omitted.update(line.omissions)
            self._tick()

    def _refuse(self, number: int, why: str) -> None:
        with self._lock:
            self.sent.problems.append(Problem(number, why))
            self._tick()

    def _post(self, line: Line, key: str) -> tuple[int, dict[str, str], dict[str, Any]]:
        body, until = json.dumps(line.body).encode("utf-8", "surrogatepass"), time.monotonic() + PATIENCE
        while True:
            try:
                status, headers, answer = self._ask(body, key)
            except (OSError, http.client.HTTPException) as error:
                self._local.connection = None
                status, headers, answer = 0, {}, {"detail": f"no answer from {self._address.netloc}: {error}"}
                self._tell_once(f"{answer['detail']}; trying again for {PATIENCE:g} s")
            if status in (401, 403, 404):
                raise Unreachable(_in_words(answer))
            if status not in (0, 429, 503):
                return status, headers, answer
            if time.monotonic() > until or self._stop.wait(min(float(headers.get("retry-after", "0.5")), 10.0)):
                raise Unreachable(_in_words(answer))

    def _tell_once(self, words: str) -> None:
        with self._lock:
            if not self._has_warned:
                self._has_warned = True
                self._tell(words)

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


def _lacks_parent(answer: dict[str, Any]) -> bool:
    """Whether the server refused the comment because it does not know its parent."""
    return any(fault.get("pointer") == "/parent" for fault in answer.get("errors") or [])


def _in_words(answer: dict[str, Any]) -> str:
    faults = answer.get("errors") or []
    return "; ".join(f"{fault['pointer']}: {fault['detail']}" for fault in faults) or str(answer.get("detail", answer))
