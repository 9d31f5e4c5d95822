"""The host and its moderators: they post, edit, erase and decide through the host API."""

import json
import random
import threading
import uuid
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import requests

from tests.soak.installation import Installation
from tests.soak.plan import Draft


@dataclass
class Host:
    """`accepted`: the id and the text of each comment that was answered with 202."""

    installation: Installation
    accepted: dict[str, str] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _local: threading.local = field(default_factory=threading.local)

    def post(self, drafts: list[Draft], pool: ThreadPoolExecutor) -> None:
        """Post these comments, several at a time."""
        list(pool.map(self._post, drafts))

    def decide(self, ids: Iterable[UUID], chance: random.Random) -> None:
        """A moderator goes through held comments. A few decisions are taken back at once, and made again."""
        for comment_id in ids:
            word = chance.choices(["approve", "reject"], [60, 40])[0]
            self._decision(comment_id, word)
            if chance.random() < 0.05:
                self._decision(comment_id, "undo")
                self._decision(comment_id, word)

    def write_accepted(self, path: Path) -> None:
        path.write_text("".join(json.dumps({"id": i, "text": text}) + "\n" for i, text in self.accepted.items()))

    def _post(self, draft: Draft) -> None:
        author = {"name": f"Reader {draft.author}", "email": f"reader{draft.author}@private.example"}
        context = {"ip": f"203.0.113.{draft.author % 250}", "seconds_to_submit": 30.0}
        body = {"thread": {"id": draft.thread}, "text": draft.text, "author": author, "context": context}
        answer = self._call("POST", "/v1/comments", 202, json=body, headers={"Idempotency-Key": str(uuid.uuid4())})
        comment_id = answer.json()["id"]
        with self._lock:
            self.accepted[comment_id] = draft.text
            self.counts["posted"] += 1
        if draft.later == "edit":
            self._call("PATCH", f"/v1/comments/{comment_id}", 200, json={"text": f"In other words: {draft.text}"})
        elif draft.later == "erase":
            self._call("DELETE", f"/v1/comments/{comment_id}", 200, 204)
        self.counts[draft.later or "left alone"] += 1

    def _decision(self, comment_id: UUID, word: str) -> None:
        self._call("POST", f"/v1/comments/{comment_id}/decision", 200, 201, json={"decision": word})
        self.counts[word] += 1

    def _call(
        self, method: str, path: str, *expected: int, headers: dict[str, str] | None = None, **more: Any
    ) -> requests.Response:
        if not hasattr(self._local, "session"):
            self._local.session = requests.Session()
        address = f"http://127.0.0.1:{self.installation.port}{path}"
        sent = {"Authorization": f"Bearer {self.installation.key}", **(headers or {})}
        answer: requests.Response = self._local.session.request(method, address, headers=sent, timeout=60, **more)
        assert answer.status_code in expected, f"{method} {path} answered {answer.status_code}: {answer.text[:300]}"
        return answer
