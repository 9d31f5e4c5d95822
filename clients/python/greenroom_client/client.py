"""The client of one site: send, read, list, edit, erase and decide about its comments."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from urllib.parse import quote, urlencode, urlsplit

from greenroom_client.errors import StillPending
from greenroom_client.shapes import Accepted, Comment, Decided, Draft, _Page
from greenroom_client.transport import Transport

#: Seconds between two questions for a verdict.
_ASK_EVERY = 0.5


class Client:
    """One site of a Greenroom at `url`, by one of its keys. It holds no connection, so threads may share it.

    `timeout` is the seconds that one try may take. `patience` is the seconds for all tries of one request together.
    """

    def __init__(self, url: str, key: str, *, timeout: float = 15.0, patience: float = 30.0) -> None:
        if urlsplit(url).scheme not in ("http", "https"):
            raise ValueError(f"expected the address of a Greenroom, such as https://comments.example, not {url!r}")
        self._transport = Transport(url.rstrip("/"), key, timeout, patience)

    def submit(self, draft: Draft, *, wait: int = 0, idempotency_key: str | None = None) -> Accepted:
        """Store a comment, once, however often this has to send it.

        `wait`: seconds to wait for the verdict, at most 10; if it does not come in time, the answer is `pending`.
        `idempotency_key`: a name of this comment, if you may have to send it again after a restart of your own.
        """
        headers = {"Idempotency-Key": idempotency_key or str(uuid.uuid4())}
        if wait:
            headers["Prefer"] = f"wait={wait}"
        answer: Accepted = self._transport.ask("POST", "/v1/comments", draft, headers=headers, repeatable=True)
        return answer

    def get(self, comment_id: str) -> Comment:
        """The comment with its verdict."""
        comment: Comment = self._transport.ask("GET", _path(comment_id), repeatable=True)
        return comment

    def wait_for_verdict(self, comment_id: str, *, seconds: float = 60.0) -> Comment:
        """The comment once it is judged. Raises StillPending after so many seconds."""
        until = time.monotonic() + seconds
        while True:
            comment = self.get(comment_id)
            if comment["state"] != "pending":
                return comment
            if time.monotonic() > until:
                raise StillPending(f"{comment_id} has no verdict after {seconds:g} seconds")
            time.sleep(_ASK_EVERY)

    def list(self, *, state: str | None = None, thread: str | None = None, updated_after: str | None = None) -> Iterator[Comment]:
        """All comments that match, page by page. With `state` in the order of arrival, else in the order of the last change.

        In the second order a comment that changes while you read comes again.
        """
        asked = {"state": state, "thread": thread, "updated_after": updated_after, "limit": "200"}
        query = {name: value for name, value in asked.items() if value is not None}
        while True:
            page: _Page = self._transport.ask("GET", f"/v1/comments?{urlencode(query)}", repeatable=True)
            yield from page["comments"]
            if page["next_cursor"] is None:
                return
            query["after"] = page["next_cursor"]

    def decide(self, comment_id: str, decision: str, *, reason: str = "", note: str = "", version: int | None = None) -> Decided:
        """`approve`, `reject`, `hold`, or `undo` the last decision. With `version` it is refused if the comment has changed since.

        After NoAnswer look at the comment before you decide again.
        """
        body = {"decision": decision, "reason": reason, "note": note, "version": version}
        sent = {name: value for name, value in body.items() if value not in (None, "")}
        decided: Decided = self._transport.ask("POST", f"{_path(comment_id)}/decision", sent, repeatable=False)
        return decided

    def edit(self, comment_id: str, text: str, *, version: int | None = None) -> Comment:
        """Replace the text. The comment is pending again. After NoAnswer look at the comment before you edit again."""
        body = {"text": text} if version is None else {"text": text, "version": version}
        comment: Comment = self._transport.ask("PATCH", _path(comment_id), body, repeatable=False)
        return comment

    def erase(self, comment_id: str) -> None:
        """Erase text and author for good."""
        self._transport.ask("DELETE", _path(comment_id), repeatable=True)


def _path(comment_id: str) -> str:
    return f"/v1/comments/{quote(comment_id, safe='')}"
