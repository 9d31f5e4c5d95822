"""A model of a blog with Akismet's plugin from 5.3.7 on: its requests, and the effect of the responses on its comments.

Written from the observed behaviour of the plugin; the real one in Debian is older.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from itertools import count

import httpx


class Status(StrEnum):
    """The state of a comment in the blog."""

    APPROVED = "approved"
    PENDING = "unapproved"
    SPAM = "spam"


class NewerPlugin:
    """One blog. It links a response to a comment only by `X-akismet-guid`."""

    def __init__(self, greenroom: str, key: str, blog: str) -> None:
        self.status: dict[int, Status] = {}
        self.guids: dict[int, str | None] = {}
        #: Seconds after which the blog publishes a pending comment by itself.
        self.fallback: dict[int, int] = {}
        self._comments: dict[int, dict[str, str]] = {}
        self._numbers = count(1)
        self._address, self._key, self._blog = f"{greenroom}/1.1", key, blog

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
        answer = self._ask("comment-check", comment | form)
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
        self._ask(
            "submit-spam" if spam else "submit-ham",
            self._comments[number] | {"reporter": "admin", "comment_check_response": "false"},
        )

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
        return httpx.post(f"{self._address}/{path}", data={**fields, **own}, headers=agent, timeout=60)
