"""Query parameters of the queue page: parsed into a QueueFilter, and formatted for links. Also fields that several pages have."""

from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

from service.actions.moderation.queue_actions import SeenComment
from service.domain.errors import Invalid
from service.store.moderation.queue_filter import Order, QueueFilter, Tab
from service.web.http.time_zone import time_zone

Word = TypeVar("Word", bound=StrEnum)
LONGEST = 200


def queue_filter(args: Mapping[str, str]) -> QueueFilter:
    """The view that these query arguments name. Invalid arguments are ignored, so that a bookmark never breaks."""
    return QueueFilter(
        tab=_choice(Tab, args.get("tab", ""), Tab.HELD),
        order=_choice(Order, args.get("order", ""), Order.OLDEST),
        reason=_plain(args.get("reason", "")),
        thread=uuid(args.get("thread", "")),
        author=uuid(args.get("author", "")),
        language=_plain(args.get("language", "")),
        words=_plain(args.get("words", "")),
        alike=uuid(args.get("alike", "")),
        shared=bool(args.get("shared", "")),
        after=_plain(args.get("after", ""), 400),
    )


def asked_at(path: str) -> QueueFilter:
    """The view that a URL of the queue page names, as `address` writes it."""
    return queue_filter(dict(parse_qsl(path.partition("?")[2])))


def address(site_id: str, asked: QueueFilter, **changes: Any) -> str:
    """The path of the queue page for a view. The query contains only values that differ from the defaults."""
    asked = replace(asked, **{"after": "", **changes})
    usual = QueueFilter()
    named = {f.name: str(getattr(asked, f.name)) for f in fields(QueueFilter) if getattr(asked, f.name) != getattr(usual, f.name)}
    return "/queue?" + urlencode({"site": site_id, **named})


def uuid(value: str) -> UUID | None:
    try:
        return UUID(value)
    except ValueError:
        return None


def action_id(form: Mapping[str, str]) -> UUID:
    """The id of the action that a form undoes or redoes. Raises Invalid."""
    parsed = uuid(form.get("action_id", ""))
    if parsed is None:
        raise Invalid.field("/action_id", "format", "expected a UUID")
    return parsed


def version(value: str) -> int | None:
    """The version of a comment, or None if invalid."""
    return int(value) if value.isascii() and value.isdigit() and len(value) < 9 else None


def seen_comment(value: str) -> SeenComment | None:
    """Parse `id`, `id:version` or `id:version:until`, as the cards write it. None if invalid."""
    name, _, rest = value.partition(":")
    number, _, until = rest.partition(":")
    comment_id = uuid(name)
    if comment_id is None or (number and version(number) is None):
        return None
    return SeenComment(comment_id, version(number), moment(until))


def moment(value: str) -> datetime | None:
    """An aware time in UTC, or None if invalid or without an offset. URL decoding may have turned its `+` into a space."""
    try:
        parsed = datetime.fromisoformat(value.replace(" ", "+"))
        return parsed.astimezone(UTC) if parsed.tzinfo else None
    except (ValueError, OverflowError):
        return None


def day(value: str) -> datetime | None:
    """The start of a day (2026-03-01) in the time zone of the request, or None if invalid."""
    try:
        parsed = datetime.strptime(value, "%Y-%m-%d").replace(tzinfo=time_zone())
    except ValueError:
        return None
    return parsed if 1970 <= parsed.year < 9999 else None


def place(value: str) -> tuple[datetime, UUID] | None:
    """A cursor in a list by time, `2026-03-01T12:00:00+00:00~id`, or None if invalid."""
    at, _, name = value.partition("~")
    when, row_id = moment(at), uuid(name)
    return (when, row_id) if when and row_id else None


def _choice(kind: type[Word], value: str, otherwise: Word) -> Word:
    try:
        return kind(value)
    except ValueError:
        return otherwise


def _plain(value: str, longest: int = LONGEST) -> str:
    return value.replace("\0", "").strip()[:longest]
