"""The host: posts at a steady rate, retries refused posts, edits and erases comments, and records what it was promised."""

import json
import random
import threading
import time
import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import requests

from tests.chaos.house import House

WORDS = [
    "calm",
    "morning",
    "river",
    "paper",
    "answer",
    "garden",
    "window",
    "letter",
    "music",
    "bread",
    "winter",
    "summer",
    "question",
    "city",
    "bridge",
    "story",
]
#: Seconds for which a careful host retries.
MOST = 240.0
#: Statuses that mean: retry later.
LATER = frozenset({408, 409, 425, 429, 500, 502, 503, 504})


class Host:
    """A simulated host: start it, stop it, and read its counts. All randomness comes from the printed seed."""

    def __init__(self, house: House, seed: int, *, rate: float) -> None:
        self._house, self._rate = house, rate
        self._random = random.Random(seed)
        self._stop, self._hopeless = threading.Event(), threading.Event()
        self._pool = ThreadPoolExecutor(24, thread_name_prefix="host")
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._post_steadily, name="host", daemon=True)
        self.accepted: dict[str, str] = {}
        self.counts: Counter[str] = Counter()
        self.complaints: list[str] = []

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Stop posting. Posts under way are retried until they are accepted."""
        self._stop.set()
        self._thread.join()
        self._pool.shutdown(wait=True)

    def give_up(self) -> None:
        """Stop at once, without further retries."""
        self._stop.set()
        self._hopeless.set()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def write_accepted(self, path: Path) -> None:
        path.write_text("".join(json.dumps({"id": i, "text": text}) + "\n" for i, text in self.accepted.items()))

    def _post_steadily(self) -> None:
        due = time.monotonic()
        while not self._stop.is_set():
            with suppress(RuntimeError):
                self._pool.submit(self._live, self._random.randrange(2**32))
            due += 1 / self._rate
            self._stop.wait(max(0.0, due - time.monotonic()))

    def _live(self, seed: int) -> None:
        """One comment's life at the host: posted, sometimes posted twice, sometimes decided on, edited or erased."""
        chance = random.Random(seed)
        text = " ".join(chance.choices(WORDS, k=chance.randint(4, 30))) + f" {seed}"
        body = {
            "thread": {"id": f"page-{chance.randrange(20)}"},
            "text": text,
            "author": {"name": "Ada", "email": "ada@private.example"},
        }
        key = str(uuid.UUID(int=chance.getrandbits(128)))
        comment_id = self._posted(body, key)
        if comment_id is None:
            return
        if chance.random() < 0.1 and (again := self._posted(body, key)) != comment_id:
            self._complain(f"the key {key} stands for {comment_id} and for {again}")
        with self._lock:
            self.accepted[comment_id] = text
        if chance.random() < 0.3:
            self._move(comment_id, chance)

    def _posted(self, body: dict[str, object], key: str) -> str | None:
        """Post until it is accepted, as a careful host would. Returns the comment's id; None if it is refused or time is up."""
        until = time.monotonic() + MOST
        while time.monotonic() < until and not self._hopeless.is_set():
            try:
                answer = self._house.call("POST", "/v1/comments", json=body, headers={"Idempotency-Key": key})
            except requests.RequestException as error:
                self.counts[f"post {type(error).__name__}"] += 1
            else:
                self.counts[f"post {answer.status_code}"] += 1
                if answer.status_code in (200, 202):
                    return str(answer.json()["id"])
                if answer.status_code not in LATER:
                    self._complain(f"POST answered {answer.status_code}: {answer.text[:200]}")
                    return None
                if answer.status_code == 500:
                    self._complain(f"POST answered 500: {answer.text[:200]}")
            time.sleep(0.3)
        self._complain(f"the key {key} was not accepted within {MOST:g} s")
        return None

    def _move(self, comment_id: str, chance: random.Random) -> None:
        """A later request of the host. It may fail during faults; then nothing was promised."""
        address = f"/v1/comments/{comment_id}"
        moves = {
            "reject": ("POST", f"{address}/decision", {"decision": "reject"}),
            "approve": ("POST", f"{address}/decision", {"decision": "approve"}),
            "undo": ("POST", f"{address}/decision", {"decision": "undo"}),
            "edit": ("PATCH", address, {"text": "Other words, as calm as the first."}),
            "erase": ("DELETE", address, None),
        }
        time.sleep(chance.random())
        for name in chance.sample(sorted(moves), k=chance.randint(1, 3)):
            method, path, body = moves[name]
            try:
                answer = self._house.call(method, path, json=body)
            except requests.RequestException as error:
                self.counts[f"move {type(error).__name__}"] += 1
                continue
            self.counts[f"move {answer.status_code}"] += 1
            if answer.status_code == 500:
                self._complain(f"{name} answered 500: {answer.text[:200]}")

    def _complain(self, words: str) -> None:
        with self._lock:
            self.complaints.append(words)
