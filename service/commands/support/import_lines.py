"""Turns lines of foreign files into comments: understands the field names of common comment systems and ignores other fields."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

#: Field of the host API -> names under which it is looked for; the first match wins. A dot means a nested object.
_NAMES: dict[str, tuple[str, ...]] = {
    "text": ("text", "body", "comment", "content", "message", "comment_content"),
    "external_id": ("external_id", "id", "comment_id", "comment_ID"),
    "parent": ("parent", "parent_id", "in_reply_to", "comment_parent"),
    "thread.id": ("thread.id", "thread", "thread_id", "page", "article", "post_id", "comment_post_ID"),
    "thread.url": ("thread.url", "thread_url", "permalink", "page_url"),
    "thread.title": ("thread.title", "title", "thread_title"),
    "author.name": ("author.name", "author", "name", "username", "user", "comment_author"),
    "author.email": ("author.email", "email", "author_email", "comment_author_email"),
    "author.url": ("author.url", "url", "website", "author_url", "comment_author_url"),
    "author.id": ("author.id", "author_id", "user_id"),
    "context.ip": ("context.ip", "ip", "user_ip", "comment_author_IP"),
    "context.user_agent": ("context.user_agent", "user_agent", "comment_agent"),
    "context.referrer": ("context.referrer", "referrer"),
    "context.language": ("context.language", "language", "lang"),
    "context.posted_at": ("context.posted_at", "posted_at", "date", "created_at", "comment_date_gmt"),
    "context.honeypot": ("context.honeypot", "honeypot"),
}


class NoComment(ValueError):
    """The line is not a comment. The message says what was expected."""


class NoWords(Exception):
    """The text of the line is empty."""


def body_of(line: str, *, thread: str) -> dict[str, Any]:
    """The line as a request body of the host API. `thread` is the default thread. Raises NoComment or NoWords."""
    try:
        given = json.loads(line)
    except (ValueError, RecursionError):
        raise NoComment("expected one JSON object a line") from None
    if not isinstance(given, dict):
        raise NoComment('expected a JSON object like {"text": "…"}')
    body: dict[str, Any] = {"thread": {"id": thread}}
    for field, names in _NAMES.items():
        value = next((found for name in names if (found := _at(given, name))), "")
        if field == "context.posted_at":
            value = _moment(value)
        if value:
            _put(body, field, value)
    if "text" not in body and not any(name in given for name in _NAMES["text"]):
        raise NoComment("expected a text, in a field `text`")
    if not body.get("text", "").strip():
        raise NoWords
    return body


def _at(given: Mapping[str, Any], name: str) -> str:
    head, _, tail = name.partition(".")
    value = given.get(head)
    if tail:
        value = value.get(tail) if isinstance(value, dict) else None
    return "" if value is None or isinstance(value, dict | list | bool) else str(value)


def _put(body: dict[str, Any], field: str, value: str) -> None:
    head, _, tail = field.partition(".")
    if tail:
        body.setdefault(head, {})[tail] = value
    else:
        body[head] = value


def _moment(text: str) -> str:
    """A time in ISO format. It counts as UTC unless it names a time zone. Empty if the time cannot be read; then the comment is
    sent without it."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return ""
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).isoformat()
