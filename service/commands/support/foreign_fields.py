"""The fields of a comment in lines and tables of any origin: the names that common comment systems use, and the states that they
write."""

from collections.abc import Mapping
from typing import Any

from service.domain.imports.source_comment import LeftOut
from service.domain.states import State

#: Our field -> names under which it is looked for; the first that is not empty wins. A dot means a nested object.
_NAMES: dict[str, tuple[str, ...]] = {
    "text": ("text", "body", "comment", "content", "message", "comment_content"),
    "external_id": ("external_id", "id", "comment_id", "comment_ID"),
    "parent": ("parent", "parent_id", "in_reply_to", "comment_parent"),
    "thread.id": ("thread.id", "thread", "thread_id", "page", "article", "post_id", "comment_post_ID"),
    "thread.url": ("thread.url", "thread_url", "permalink", "page_url"),
    "thread.title": ("thread.title", "title", "thread_title"),
    "author.name": ("author.name", "author", "name", "username", "user", "comment_author", "author_name"),
    "author.email": ("author.email", "email", "author_email", "comment_author_email"),
    "author.url": ("author.url", "url", "website", "author_url", "comment_author_url"),
    "author.id": ("author.id", "author_id", "user_id"),
    "context.ip": ("context.ip", "ip", "user_ip", "comment_author_IP"),
    "context.user_agent": ("context.user_agent", "user_agent", "comment_agent"),
    "context.referrer": ("context.referrer", "referrer"),
    "context.language": ("context.language", "language", "lang"),
    "context.posted_at": ("context.posted_at", "posted_at", "date", "created_at", "comment_date_gmt"),
    "context.honeypot": ("context.honeypot", "honeypot"),
    "state": ("state", "status", "comment_approved"),
    "is_spam": ("is_spam", "isSpam"),
    "is_deleted": ("is_deleted", "isDeleted", "deleted"),
    "decided": ("decided",),
}
_STATES: dict[str, State | LeftOut] = {
    "1": State.APPROVED, "approved": State.APPROVED, "approve": State.APPROVED, "published": State.APPROVED,
    "0": State.HELD, "held": State.HELD, "hold": State.HELD, "pending": State.HELD, "unapproved": State.HELD,
    "rejected": State.REJECTED, "spam": State.REJECTED, "trash": State.REJECTED,
    "deleted": LeftOut.DELETED, "post-trashed": LeftOut.PAGE_IN_TRASH,
}  # fmt: skip
_YES = ("1", "true", "yes")


def fields_of(given: Mapping[str, Any]) -> dict[str, str]:
    """The fields that a line has, by our names. Simple values become text; 0 is no parent, as WordPress writes it."""
    fields = {ours: value for ours, names in _NAMES.items() if (value := next(filter(None, (_at(given, n) for n in names)), ""))}
    if fields.get("parent") == "0":
        del fields["parent"]
    return fields


def has_text_field(given: Mapping[str, Any]) -> bool:
    """Whether a line has a field for the text, if only an empty one."""
    return any(name in given for name in _NAMES["text"])


def standing_of(fields: Mapping[str, str]) -> State | LeftOut | None:
    """The state that these fields name, in the words of any of the common systems; None if they name none."""
    if fields.get("is_spam", "").lower() in _YES:
        return State.REJECTED
    if fields.get("is_deleted", "").lower() in _YES:
        return LeftOut.DELETED
    return _STATES.get(fields.get("state", "").strip().lower())


def is_decided(fields: Mapping[str, str]) -> bool:
    """Whether a person decided so. Where a line does not say it, a rejection counts as decided."""
    return fields["decided"].lower() in _YES if "decided" in fields else standing_of(fields) is State.REJECTED


def _at(given: Mapping[str, Any], name: str) -> str:
    head, _, tail = name.partition(".")
    value = given.get(head)
    if tail:
        value = value.get(tail) if isinstance(value, dict) else None
    if isinstance(value, bool):
        return "true" if value else ""
    return "" if value is None or isinstance(value, dict | list) else str(value)
