"""Atom (RFC 4287) with threads (RFC 4685) and paged feeds (RFC 5005)."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from xml.etree import ElementTree

_ATOM = "http://www.w3.org/2005/Atom"
_THREADING = "http://purl.org/syndication/thread/1.0"
ElementTree.register_namespace("", _ATOM)
ElementTree.register_namespace("thr", _THREADING)


def as_atom(
    *, feed_id: str, title: str, address: str, home: str, next_address: str, site: str, opened_at: datetime,
    entries: Sequence[Mapping[str, Any]],
) -> bytes:  # fmt: skip
    """The feed as XML. Texts must hold no control characters; `entries` have id, parent, author, author_url, text, at, edited_at,
    and a title and a link if they differ from those of a comment on its page.
    A feed without entries is by the site, and as old as the thread."""
    feed = ElementTree.Element(f"{{{_ATOM}}}feed")
    _text(feed, "id", feed_id)
    _text(feed, "title", title)
    _text(feed, "updated", moment(max((entry["edited_at"] or entry["at"] for entry in entries), default=opened_at)))
    _text(ElementTree.SubElement(feed, f"{{{_ATOM}}}author"), "name", site)
    for rel, href in (("self", address), ("alternate", home), ("next", next_address)):
        if href:
            ElementTree.SubElement(feed, f"{{{_ATOM}}}link", rel=rel, href=href)
    for entry in entries:
        _entry(feed, entry, home)
    body: bytes = ElementTree.tostring(feed, encoding="utf-8", xml_declaration=True)
    return body


def _entry(feed: ElementTree.Element, entry: Mapping[str, Any], home: str) -> None:
    element = ElementTree.SubElement(feed, f"{{{_ATOM}}}entry")
    _text(element, "id", f"urn:uuid:{entry['id']}")
    _text(element, "title", entry.get("title") or f"Comment by {entry['author']}")
    _text(element, "published", moment(entry["at"]))
    _text(element, "updated", moment(entry["edited_at"] or entry["at"]))
    author = ElementTree.SubElement(element, f"{{{_ATOM}}}author")
    _text(author, "name", entry["author"])
    if entry["author_url"]:
        _text(author, "uri", entry["author_url"])
    if home:
        href = entry.get("link") or f"{home}#comment-{entry['id']}"
        ElementTree.SubElement(element, f"{{{_ATOM}}}link", rel="alternate", href=href)
    if entry["parent"]:
        ElementTree.SubElement(element, f"{{{_THREADING}}}in-reply-to", ref=f"urn:uuid:{entry['parent']}")
    _text(element, "content", entry["text"]).set("type", "text")


def _text(parent: ElementTree.Element, name: str, text: str) -> ElementTree.Element:
    element = ElementTree.SubElement(parent, f"{{{_ATOM}}}{name}")
    element.text = text
    return element


def moment(at: datetime) -> str:
    """A time after RFC 3339, to the second. `strftime` writes years below 1000 with fewer than four digits."""
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"
