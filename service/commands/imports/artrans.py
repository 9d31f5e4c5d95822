"""Artrans, the exchange format of Artalk. Its tool Artransfer makes it of the data of Typecho, Valine, Waline, Twikoo and others."""

from collections.abc import Iterator
from typing import Any

from service.commands.imports.json_items import items, word
from service.commands.imports.source_file import SourceFile
from service.commands.imports.wordpress import parent_of
from service.domain.imports.source_comment import SourceComment, SourcePage
from service.domain.states import State


def comments(file: SourceFile) -> Iterator[SourceComment]:
    return map(_comment, items(file))


def _comment(given: dict[str, Any]) -> SourceComment:
    return SourceComment(
        id=word(given, "id"),
        page=SourcePage(
            word(given, "page_key"), _url(word(given, "page_key"), word(given, "site_urls")), word(given, "page_title")
        ),
        text=word(given, "content"),
        standing=State.HELD if word(given, "is_pending") == "true" else State.APPROVED,
        parent=parent_of(word(given, "rid")),
        posted_at=word(given, "created_at"),
        name=word(given, "nick"),
        email=word(given, "email"),
        website=word(given, "link"),
        ip=word(given, "ip"),
        user_agent=word(given, "ua"),
    )


def _url(key: str, sites: str) -> str:
    """The address of the page. Its key may be an address, or a path of the first address of the site."""
    site = sites.partition(",")[0].strip().rstrip("/")
    return site + key if site and key.startswith("/") else key
