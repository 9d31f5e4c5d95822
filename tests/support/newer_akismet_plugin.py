"""A model of a blog with Akismet's plugin from 5.3.7 on: its requests, and the effect of the responses on its comments.

Written from the observed behaviour of the plugin; the real one in Debian is older.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from itertools import count
from typing import Any

import httpx


class Status(StrEnum):
    """The state of a comment in the blog."""

    APPROVED = "approved"
    PENDING = "unapproved"
    SPAM = "spam"


class NewerPlugin:
    """One blog. It links a response to a comment only by `X-akismet-guid`."""

    def __init__(self, greenroom: str, key: str, blog: str, *, client: httpx.Client | None = None) -> None:
        self.status: dict[int, Status] = {}
        self.guids: dict[int, str | None] = {}
        #: Seconds after which the blog publishes a pending comment by itself.
        self.fallback: dict[int, int] = {}
        self._comments: dict[int, dict[str, str]] = {}
        self._numbers = count(1)
        #: The status before a comment became spam, and the comments whose last change was a person's.
        self._former: dict[int, Status] = {}
        self._by_person: set[int] = set()
        self._address, self._key, self._blog = f"{greenroom}/1.1", key, blog
        self._post = client.post if client else httpx.post

    def comment(self, words: str, **fields: str) -> int:
        """A reader comments. The blog has no id for it yet when it asks."""
        reader = {"comment_author": "Dana", "comment_author_email": "dana@example.org", "user_ip": "192.0.2.1"}
        comment = reader | {"comment_content": words, "comment_type": "comment", "permalink": f"{self._blog}/?p=1"} | fields
        form = {
            "POST_comment": words,
            "HTTP_ACCEPT": "*/*",
            "comment_context[]": "News",
            "callback": f"{self._blog}/wp-json/akismet/v1/webhook",
        }
        answer = self._ask("comment-check", form | comment)
        number = next(self._numbers)
        self._comments[number] = comment | {
            "comment_ID": str(number),
            "comment_date_gmt": f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S}",
        }
        self.guids[number] = answer.headers.get("x-akismet-guid")
        self.status[number] = self._status(number, answer)
        return number

    def recheck(self, number: int, reason: str = "recheck_queue") -> str:
        """Check again: a person's "Check for spam", or the blog's own timer (`retry`). Neither reads a response header."""
        stored = {"comment_approved": {"approved": "1", "spam": "spam"}.get(self.status[number], "0"), "recheck_reason": reason}
        answer = self._ask("comment-check", self._comments[number] | stored).text
        if answer == "true":
            self.status[number] = Status.SPAM
        elif answer == "false" and reason == "retry" and self.status[number] is Status.PENDING:
            self.status[number] = Status.APPROVED
        return answer

    def report(self, number: int, *, spam: bool) -> None:
        """A person of the blog marks a comment as spam or as not spam."""
        self.status[number] = Status.SPAM if spam else Status.APPROVED
        self._by_person.add(number)
        self._ask(
            "submit-spam" if spam else "submit-ham",
            self._comments[number] | {"reporter": "admin", "comment_check_response": "false"},
        )

    def receive(self, sent: Mapping[str, Any]) -> tuple[int, Mapping[str, Any]]:
        """The webhook: the status and the JSON of its response."""
        if sent["key"] != self._key:
            return 401, {"code": "rest_forbidden"}
        assert sent["endpoint"] == "comment-check"
        numbers = {guid: number for number, guid in self.guids.items()}
        for each in sent["comments"]:
            if each["guid"] in numbers:
                self._move(numbers[each["guid"]], each["result"])
        missing = {"status": "error", "message": "Could not find matching comment."}
        return 200, {
            "comments": {e["guid"]: {"status": "success"} if e["guid"] in numbers else missing for e in sent["comments"]}
        }

    def _move(self, number: int, result: str) -> None:
        """Nothing moves after a person's change. Spam that is none returns to what it was; only pending comments are approved."""
        status = self.status[number]
        if number in self._by_person:
            return
        if result == "true" and status is not Status.SPAM:
            self._former[number], self.status[number] = status, Status.SPAM
        elif result == "false" and status is Status.SPAM:
            self.status[number] = self._former.pop(number, Status.PENDING)
        elif result == "false" and status is Status.PENDING:
            self.status[number] = Status.APPROVED

    def _status(self, number: int, answer: httpx.Response) -> Status:
        if self.guids[number] is None:
            return Status.APPROVED
        if answer.text == "true":
            return Status.SPAM
        if after := answer.headers.get("x-akismet-recheck-after"):
            self.fallback[number] = 2 * int(after)
        return Status.APPROVED if answer.text == "false" and not after else Status.PENDING

    def _ask(self, path: str, fields: Mapping[str, str]) -> httpx.Response:
        own = {"blog": self._blog, "blog_lang": "en_US", "api_key": self._key}
        agent = {"User-Agent": "WordPress/7.1 | Akismet/5.7.2"}
        return self._post(f"{self._address}/{path}", data={**fields, **own}, headers=agent, timeout=60)
