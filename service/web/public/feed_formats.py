"""The four formats of a feed. Each renders the same page to bytes that are safe to show."""

import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from flask import json, render_template
from flask_babel import force_locale, get_locale

from service.clock import utcnow
from service.store.comments.feed import Head, Published
from service.web.http.i18n import _, ngettext
from service.web.http.responses import ResponseModel
from service.web.openapi.operation import JSON
from service.web.public.feed_atom import as_atom, moment
from service.web.resources.site_cache import CachedSite

HTML = "text/html"
ATOM = "application/atom+xml"
JSON_FEED = "application/feed+json"

#: Maximum levels of nested replies. A deeper reply is listed beside its parent, not inside it, but its `parent` still names the
#: parent.
DEEPEST = 20

#: Invisible control characters, which XML and HTML forbid.
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a feed before it is rendered. `next_cursor` is None on the last one. `more_replies`: where the further replies to
    a comment are. `language`: of the words of the HTML."""

    site: CachedSite
    thread: str
    head: Head
    comments: Sequence[Published]
    replies: Sequence[Published]
    more_replies: Mapping[UUID, str]
    nested: bool
    base: str
    address: str
    next_cursor: str | None
    next_address: str
    language: str


class AuthorPublished(ResponseModel):
    """Who wrote it."""

    name: str
    url: str
    verified: bool


class CommentPublished(ResponseModel):
    """An approved comment. `parent` is null where it answers nothing that the public may see. `edited_at` is null if the text was
    never replaced, or if nobody knows any more when. `more_replies` is the address of
    further replies, null where all are here."""

    id: UUID
    parent: UUID | None
    author: AuthorPublished
    text: str
    posted_at: datetime
    edited: bool
    edited_at: datetime | None = None
    replies: "tuple[CommentPublished, ...]" = ()
    more_replies: str | None = None


class ThreadPublished(ResponseModel):
    """The page that the comments stand on."""

    id: str
    url: str
    title: str


class FeedPage(ResponseModel):
    """A page of a feed. `count` is all approved comments of the thread."""

    thread: ThreadPublished
    count: int
    comments: tuple[CommentPublished, ...]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class Form:
    """One format of a feed."""

    content_type: str
    render: Callable[[Page], bytes]


def _as_json(page: Page) -> bytes:
    return _feed(page).model_dump_json().encode()


def _as_html(page: Page) -> bytes:
    with force_locale(page.language):
        locale = get_locale()
        return render_template(
            "feed/fragment.html", page=page, feed=_feed(page), paragraphs=paragraphs, cleaned=cleaned, moment=moment, _=_,
            ngettext=ngettext, language=page.language, direction=locale.text_direction if locale else "ltr",
        ).encode()  # fmt: skip


def _as_json_feed(page: Page) -> bytes:
    """JSON Feed 1.1 (jsonfeed.org)."""
    home = web_address(page.head.url)
    document: dict[str, Any] = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": page.head.title or page.thread,
        "feed_url": page.address,
        "items": [_json_feed_item(comment, home) for comment in _feed(page).comments],
    }
    if home:
        document["home_page_url"] = home
    if page.next_address:
        document["next_url"] = page.next_address
    return json.dumps(document).encode()


def _json_feed_item(comment: CommentPublished, home: str) -> dict[str, Any]:
    author = {"name": comment.author.name or "Anonymous"}
    if comment.author.url:
        author["url"] = comment.author.url
    item = {
        "id": f"urn:uuid:{comment.id}",
        "content_text": comment.text,
        "date_published": comment.posted_at.isoformat().replace("+00:00", "Z"),
        "authors": [author],
    }
    if comment.edited_at:
        item["date_modified"] = comment.edited_at.isoformat().replace("+00:00", "Z")
    return {**item, "url": f"{home}#comment-{comment.id}"} if home else item


def _as_atom(page: Page) -> bytes:
    feed = _feed(page)
    return as_atom(
        feed_id=page.address.partition("&")[0],
        title=cleaned(page.head.title or page.thread),
        address=page.address,
        home=web_address(page.head.url),
        next_address=page.next_address,
        site=cleaned(page.site.name or page.site.id),
        opened_at=page.head.created_at or utcnow(),
        entries=[
            {
                "id": comment.id,
                "parent": comment.parent,
                "author": cleaned(comment.author.name) or "Anonymous",
                "author_url": comment.author.url,
                "text": cleaned(comment.text),
                "at": comment.posted_at,
                "edited_at": comment.edited_at,
            }
            for comment in feed.comments
        ],
    )


FORMATS: dict[str, Form] = {
    "json": Form(JSON, _as_json),
    "html": Form(f"{HTML}; charset=utf-8", _as_html),
    "atom": Form(f"{ATOM}; charset=utf-8", _as_atom),
    "jsonfeed": Form(JSON_FEED, _as_json_feed),
}


def paragraphs(text: str) -> list[list[str]]:
    """A text as paragraphs of lines."""
    lines = cleaned(text).replace("\r\n", "\n").replace("\r", "\n")
    return [part.split("\n") for part in re.split(r"\n[ \t]*\n\s*", lines.strip("\n")) if part.strip()]


def cleaned(text: str) -> str:
    """The text with control characters, which XML and HTML forbid, replaced by U+FFFD."""
    return _CONTROLS.sub("\ufffd", text)


def web_address(url: str) -> str:
    """The URL if it is safe in a link (http or https, with a host), else an empty string."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return url if parts.scheme in ("http", "https") and parts.netloc and not _CONTROLS.search(url) else ""


def _feed(page: Page) -> FeedPage:
    below: defaultdict[UUID, list[Published]] = defaultdict(list)
    # `page.replies` has each parent before its replies, so the depth of a parent is always known.
    depths, places = {root.id: 0 for root in page.comments}, {root.id: root.id for root in page.comments}
    for reply in page.replies:
        if reply.parent is None or reply.parent not in depths:
            continue
        depths[reply.id] = depths[reply.parent] + 1
        place = reply.parent if depths[reply.id] <= DEEPEST else places[reply.parent]
        places[reply.id] = reply.id if depths[reply.id] < DEEPEST else place
        below[place].append(reply)
    return FeedPage(
        thread=ThreadPublished(id=page.thread, url=web_address(page.head.url), title=page.head.title),
        count=page.head.approved,
        comments=tuple(_grown(comment, below, page.more_replies) for comment in page.comments),
        next_cursor=page.next_cursor,
    )


def _grown(comment: Published, below: Mapping[UUID, Sequence[Published]], more: Mapping[UUID, str]) -> CommentPublished:
    replies = tuple(_grown(reply, below, more) for reply in below.get(comment.id, ()))
    return _comment_published(comment, replies, more.get(comment.id))


def _comment_published(comment: Published, replies: tuple[CommentPublished, ...], more: str | None) -> CommentPublished:
    return CommentPublished(
        id=comment.id,
        parent=comment.parent,
        author=AuthorPublished(name=comment.author_name, url=web_address(comment.author_url), verified=comment.author_verified),
        text=comment.text,
        posted_at=datetime.fromisoformat(comment.posted_at).astimezone(UTC) if comment.posted_at else comment.received_at,
        edited=comment.edited,
        edited_at=comment.edited_at,
        replies=replies,
        more_replies=more,
    )
