"""What is sent to Greenroom and what comes back, as types. They describe JSON, and check nothing when the code runs."""

from __future__ import annotations

from typing import Any, TypedDict


class DraftThread(TypedDict, total=False):
    """The page that a comment stands on. `id` is required: your own word for the page. A new `url` or `title` replaces the old one."""

    id: str
    url: str
    title: str


class DraftAuthor(TypedDict, total=False):
    """Who wrote the comment. The e-mail is kept only as a keyed hash."""

    name: str
    email: str
    url: str
    id: str
    verified: bool


class DraftContext(TypedDict, total=False):
    """How the comment reached you. It helps the checks. `posted_at` is an ISO 8601 time with its zone."""

    ip: str
    user_agent: str
    referrer: str
    language: str
    posted_at: str
    honeypot: str
    seconds_to_submit: float


class Draft(TypedDict, total=False):
    """A comment as you send it. `thread` and `text` are required. `external_id` is your own id of it: it is stored once."""

    thread: DraftThread
    text: str
    author: DraftAuthor
    parent: str
    external_id: str
    context: DraftContext


class Accepted(TypedDict):
    """A stored comment. `state` is `pending`, or its verdict if that came in time."""

    id: str
    url: str
    state: str
    version: int


class Thread(TypedDict):
    """The page that a comment stands on."""

    id: str
    url: str
    title: str


class Author(TypedDict):
    """Who wrote a comment, as you said."""

    name: str
    url: str
    id: str
    verified: bool


class Comment(Accepted):
    """A comment with what became of it. `verdict` has the reasons; it is None while the comment is pending."""

    revision: int
    external_id: str | None
    thread: Thread
    parent: str | None
    author: Author
    text: str
    received_at: str
    updated_at: str
    judged_at: str | None
    verdict: dict[str, Any] | None


class Decided(TypedDict):
    """A decision that took effect."""

    id: str
    comment: str
    from_state: str
    state: str
    version: int


class Webhook(TypedDict):
    """A verified webhook. `data` depends on `type`, such as `comment.approved`."""

    type: str
    timestamp: str
    data: dict[str, Any]


class _Page(TypedDict):
    comments: list[Comment]
    next_cursor: str | None
