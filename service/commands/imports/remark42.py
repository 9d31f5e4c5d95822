"""Remark42's backup: one line about users and pages, then one line a comment. It knows no states: only blocked users and deletions."""

import json
from collections.abc import Iterator
from typing import Any

from service.commands.imports.json_items import word
from service.commands.imports.source_file import SourceFile
from service.domain.imports.source_comment import LeftOut, SourceComment, SourcePage, unreadable
from service.domain.states import State


def comments(file: SourceFile) -> Iterator[SourceComment]:
    blocked: set[str] = set()
    for number, line in file.lines():
        if not line.strip():
            continue
        given = _parsed(line)
        if given is None:
            yield unreadable(f"line {number}")
        elif "users" in given and "locator" not in given:
            blocked |= {word(user, "id") for user in given["users"] or () if _is_blocked(user)}
        else:
            yield _comment(given, blocked)


def _parsed(line: str) -> dict[str, Any] | None:
    try:
        given = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return given if isinstance(given, dict) else None


def _is_blocked(user: Any) -> bool:
    return "true" in (word(user, "blocked"), word(user, "blocked", "status"))


def _comment(given: dict[str, Any], blocked: set[str]) -> SourceComment:
    source = word(given, "orig")
    is_blocked = word(given, "user", "block") == "true" or word(given, "user", "id") in blocked
    standing = LeftOut.DELETED if word(given, "delete") == "true" else State.REJECTED if is_blocked else State.APPROVED
    return SourceComment(
        id=word(given, "id"),
        page=SourcePage(word(given, "locator", "url"), word(given, "locator", "url"), word(given, "title")),
        text=source or word(given, "text"),
        markup=not source,
        standing=standing,
        decided=is_blocked,
        parent=word(given, "pid"),
        posted_at=word(given, "time"),
        name=word(given, "user", "name"),
        author_id=word(given, "user", "id"),
    )
