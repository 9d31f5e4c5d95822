"""Turns lines of foreign files into comments for the host API: what cannot be used of a line is left out and named."""

import json
from dataclasses import dataclass
from typing import Any

from service.commands.support.foreign_fields import fields_of, has_text_field, standing_of
from service.domain.draft import MAX_TEXT
from service.domain.imports import lenient_fields
from service.domain.imports.source_comment import Omission
from service.domain.states import State


class NoComment(ValueError):
    """The line is not a comment to be judged. The message says what was expected."""


class NoWords(Exception):
    """The text of the line is empty."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line as a request body of the host API, and what of it could not be used."""

    body: dict[str, Any]
    omissions: frozenset[Omission]

    @property
    def thread(self) -> str:
        return str(self.body["thread"]["id"])

    @property
    def as_root(self) -> "Line":
        """The same comment without its parent."""
        body = {name: value for name, value in self.body.items() if name != "parent"}
        return Line(body, self.omissions | {Omission.PARENT})


def read_line(line: str, *, thread: str) -> Line:
    """Read a line. `thread` is the default thread. Raises NoComment or NoWords."""
    try:
        given = json.loads(line)
    except (ValueError, RecursionError):
        raise NoComment("expected one JSON object a line") from None
    if not isinstance(given, dict):
        raise NoComment('expected a JSON object like {"text": "…"}')
    if not has_text_field(given):
        raise NoComment("expected a text, in a field `text`")
    fields = fields_of(given)
    _refuse_decided(fields)
    fields["text"] = lenient_fields.clean(fields.get("text", ""))
    if not lenient_fields.has_words(fields["text"]):
        raise NoWords
    used = {name: _used(name, value) for name, value in fields.items()}
    body: dict[str, Any] = {"thread": {"id": thread}}
    for name, value in used.items():
        if value and name not in _NOT_SENT:
            _put(body, name, value)
    lost = {kind for name, kind in _OMISSIONS.items() if name in fields and not used[name]}
    return Line(body, frozenset(lost | ({Omission.LONG_TEXT} if len(fields["text"]) > MAX_TEXT else set())))


_NOT_SENT = frozenset(["state", "is_spam", "is_deleted", "decided"])
_OMISSIONS = {
    "author.email": Omission.EMAIL,
    "author.url": Omission.WEBSITE,
    "context.ip": Omission.IP,
    "context.posted_at": Omission.DATE,
    "thread.url": Omission.PAGE_URL,
}


def _refuse_decided(fields: dict[str, str]) -> None:
    if (standing := standing_of(fields)) not in (None, State.HELD):
        raise NoComment(
            f"it was decided already ({standing}): `greenroom import` stores it so; without its state it is judged anew"
        )


def _used(name: str, value: str) -> str:
    """The usable part of a field; empty if there is none."""
    match name:
        case "text":
            return value[:MAX_TEXT]
        case "author.email":
            return lenient_fields.email_address(value)
        case "author.url" | "thread.url":
            return lenient_fields.web_address(value)
        case "context.ip":
            return lenient_fields.ip_address(value)
        case "context.posted_at":
            return at.isoformat() if (at := lenient_fields.moment(value)) else ""
        case "author.name":
            return lenient_fields.line(value, 200)
        case _:
            return value


def _put(body: dict[str, Any], field: str, value: str) -> None:
    head, _, tail = field.partition(".")
    if tail:
        body.setdefault(head, {})[tail] = value
    else:
        body[head] = value
