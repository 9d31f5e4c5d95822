"""The public feed: the approved comments of a thread as JSON, HTML, Atom or JSON Feed."""

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote, urlencode
from uuid import UUID

from flask import Blueprint, Response, request
from pydantic import Field, StringConstraints, WithJsonSchema
from sqlalchemy.orm import Session
from werkzeug.http import parse_etags

from service.domain.errors import Code, Invalid, NotFound
from service.domain.ids import thread_id
from service.store.comments.feed import FeedSlice, Head, Part, head_of, is_published, published_in
from service.store.comments.feed_replies import Replies, replies_to
from service.store.comments.listing import Position
from service.web.auth.rate_limit import Rate, address_of, charge, rate_limited
from service.web.http.environ_keys import FEED_KEY
from service.web.http.field_types import LONGEST_THREAD, THREAD_PATH, Language, Strict, whole
from service.web.http.json_body import parse_query
from service.web.http.route_metadata import public
from service.web.http.urls import feed_path
from service.web.openapi.operation import JSON, Answer, operation
from service.web.pages.blueprint import LANGUAGES
from service.web.public import feed_formats
from service.web.public.cors import allow_pages_of, site_of_query
from service.web.public.feed_formats import ATOM, FORMATS, HTML, JSON_FEED, FeedPage, Page
from service.web.resources.feed_cache import Body, CachedResponse, accepts_gzip
from service.web.resources.feed_cursors import PATTERN
from service.web.resources.site_cache import CachedSite
from service.web.resources.web_resources import resources

bp = Blueprint("feed", __name__, url_prefix="/v1")
bp.after_request(allow_pages_of(site_of_query))

#: The source files that determine how a page is rendered; their digest is part of the ETag.
_RENDERERS = (Path(feed_formats.__file__), *sorted((Path(feed_formats.__file__).parents[1] / "templates" / "feed").iterdir()))


#: Replies that come with a page, for each comment that `limit` allows, and at most in all.
REPLIES_EACH, MOST_REPLIES = 10, 500
#: Characters of all texts of a page; a page has one comment at least.
MOST_TEXT = 256 * 1024
#: A page of top-level comments looks at this many comments of the thread at most. Then its cursor leads on.
MOST_SCANNED = 10_000
#: Bytes of a rendered page that cost as much as one more call of the reader's rate limit.
BYTES_A_CALL = 1024


class Format(StrEnum):
    """A format of the feed."""

    JSON = "json"
    HTML = "html"
    ATOM = "atom"
    JSON_FEED = "jsonfeed"


class ReplyPlace(StrEnum):
    """Replies inside their parent, or beside it."""

    NESTED = "nested"
    FLAT = "flat"


class Order(StrEnum):
    """The order of comments by the time they arrived."""

    OLDEST = "oldest"
    NEWEST = "newest"


class FeedQuery(Strict):
    """Which part of a feed, and how. Atom and JSON Feed are flat and newest first unless told otherwise."""

    site: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")]
    format: Annotated[Format | None, Field(strict=False)] = None
    replies: Annotated[ReplyPlace | None, Field(strict=False)] = None
    order: Annotated[Order | None, Field(strict=False)] = None
    limit: whole(1, 200) = 50  # type: ignore[valid-type]
    lang: Language = Field(
        default="", description="Of the words of the HTML: en, de, ar or hi. Else the Accept-Language header chooses."
    )
    after: Annotated[str, WithJsonSchema({"type": "string", "pattern": PATTERN})] | None = Field(
        default=None, description="The `next_cursor` of the page before."
    )
    parent: UUID | None = Field(
        default=None,
        strict=False,
        description="Only the replies to this comment, as the `more_replies` of a comment asks for them.",
    )


@dataclass(frozen=True, slots=True)
class _FeedRequest:
    """A feed request with all defaults filled in."""

    site: CachedSite
    thread: str
    format: Format
    nested: bool
    newest_first: bool
    query: FeedQuery
    after: Position | None
    language: str

    @property
    def id(self) -> UUID:
        return thread_id(self.site.id, self.thread)

    @property
    def key(self) -> tuple[Any, ...]:
        return (
            self.id,
            self.format,
            self.nested,
            self.newest_first,
            self.query.limit,
            self.after,
            self.query.parent,
            self.language,
        )


@bp.get("/threads/<thread:thread>/comments")
@public
@rate_limited(Rate.ADDRESS)
@operation(
    "Feed",
    "Read the approved comments of a thread",
    detail="Public. `format`, else the Accept header, chooses JSON, an HTML fragment that is safe to include, Atom or JSON "
    "Feed. Nested pages count top-level comments and bring up to ten replies for each that `limit` allows, 500 at most; "
    "`more_replies` of a comment leads to the others. A page ends early where its texts are long. Ask again with `If-None-Match`.",
    query=FeedQuery,
    path=THREAD_PATH,
    headers=("If-None-Match",),
    answers={
        200: Answer(
            "A page of the feed",
            {JSON: FeedPage, HTML: {"type": "string"}, ATOM: {"type": "string"}, JSON_FEED: {"type": "object"}},
            ("ETag", "Vary"),
            ("Link", "Access-Control-Allow-Origin"),
        ),
        304: Answer("It is as you have it", headers=("ETag",)),
    },
    refusals=(Code.NOT_FOUND,),
)
def show_feed(thread: str) -> Response:
    feed = _feed_request(thread)
    head = resources().feeds.head(feed.site.id, feed.id)
    etag = _etag(feed, head)
    request.environ[FEED_KEY] = CachedResponse(feed.id, head, etag)
    if parse_etags(request.headers.get("If-None-Match")).contains_weak(etag):
        return _dressed(Response(status=304), feed, etag)
    body = _body(feed, head)
    packed = bool(body.packed) and accepts_gzip(request.headers.get("Accept-Encoding", ""))
    response = Response(body.packed if packed else body.plain, content_type=FORMATS[feed.format].content_type)
    if packed:
        response.headers["Content-Encoding"] = "gzip"
    if body.link:
        response.headers["Link"] = f'<{body.link}>; rel="next"'
    return _dressed(response, feed, etag)


@bp.after_app_request
def revalidate(response: Response) -> Response:
    """Clear the feed cache of this process after every POST to a moderator page, so that its feeds show decisions at once."""
    if request.method == "POST" and request.blueprint == "pages":
        resources().feeds.clear()
    return response


def _feed_request(thread: str) -> _FeedRequest:
    if len(thread) > LONGEST_THREAD or "\0" in thread:
        raise Invalid.field("path:thread", "thread", f"expected at most {LONGEST_THREAD} characters and no NUL")
    query = parse_query(FeedQuery)
    chosen = query.format or _accepted()
    for_readers = chosen in (Format.ATOM, Format.JSON_FEED)
    replies = query.replies or (ReplyPlace.FLAT if for_readers else ReplyPlace.NESTED)
    order = query.order or (Order.NEWEST if for_readers else Order.OLDEST)
    site = resources().sites.get(query.site)
    after = resources().feed_cursors.read(thread_id(site.id, thread), query.after) if query.after is not None else None
    nested = replies is ReplyPlace.NESTED and not for_readers
    language = _language_of(query.lang) if chosen is Format.HTML else ""
    return _FeedRequest(site, thread, chosen, nested, order is Order.NEWEST, query, after, language)


def _language_of(asked: str) -> str:
    """The language that the query asks for, else the one that the browser does."""
    code = asked.lower().replace("_", "-").partition("-")[0]
    return code if code in LANGUAGES else request.accept_languages.best_match(LANGUAGES) or "en"


def _accepted() -> Format:
    types = {form.content_type.partition(";")[0]: name for name, form in FORMATS.items()}
    best = request.accept_mimetypes.best_match(list(types), default=JSON)
    return Format(types[best])


def _body(feed: _FeedRequest, head: Head) -> Body:
    """The page. Who asks for one that has to be rendered pays for its size."""

    def render() -> tuple[bytes, str]:
        page, link = _rendered(feed, head)
        charge(Rate.ADDRESS, len(page) // BYTES_A_CALL)
        return page, link

    return resources().feeds.body(
        feed.key, (head.version, head.created_at), render, address=address_of(request.remote_addr or "")
    )


def _rendered(feed: _FeedRequest, head: Head) -> tuple[bytes, str]:
    query = feed.query
    part, replies = _read(feed, head)
    cursors = resources().feed_cursors
    cursor = cursors.encode(feed.id, part.rest) if part.rest else None
    base = resources().settings.url
    address = base + feed_path(feed.site.id, feed.thread)
    choices = {
        "format": feed.format.value,
        "replies": query.replies,
        "order": query.order,
        "limit": query.limit,
        "lang": query.lang or None,
    }
    chosen = urlencode({name: value for name, value in choices.items() if value is not None})
    page_url = f"{address}&{chosen}" + (f"&parent={query.parent}" if query.parent else "")
    link = f"{page_url}&after={cursor}" if cursor else ""
    replies_url = (
        f"{address}&format={feed.format.value}&limit={query.limit}"
        + (f"&lang={quote(query.lang)}" if query.lang else "")
        + "&parent="
    )
    more = {
        parent: f"{replies_url}{parent}" + (f"&after={cursors.encode(feed.id, place)}" if place else "")
        for parent, place in replies.more.items()
    }
    page = Page(
        site=feed.site, thread=feed.thread, head=head, comments=part.comments, replies=replies.comments, more_replies=more,
        nested=feed.nested, base=base, address=page_url, next_cursor=cursor, next_address=link, language=feed.language or "en",
    )  # fmt: skip
    return FORMATS[feed.format].render(page), link


def _read(feed: _FeedRequest, head: Head) -> tuple[Part, Replies]:
    """The comments of a page and their replies. Raises NotFound for a parent that is not shown on this thread."""
    query = feed.query
    asked = FeedSlice(feed.after, query.limit, feed.newest_first, roots=feed.nested, parent=query.parent)

    def read(session: Session) -> tuple[Part, Replies]:
        if query.parent and not is_published(session, feed.site.id, feed.id, query.parent):
            raise NotFound("this thread has no approved comment with the id that `parent` names")
        scan = MOST_SCANNED if head.approved > MOST_SCANNED else None
        part = published_in(session, feed.site.id, feed.id, asked, most_text=MOST_TEXT, scan=scan)
        if not feed.nested:
            return part, Replies((), {})
        left = MOST_TEXT - sum(len(comment.text) for comment in part.comments)
        most = min(MOST_REPLIES, REPLIES_EACH * query.limit)
        return part, replies_to(session, feed.site.id, [comment.id for comment in part.comments], most=most, most_text=left)

    # The page is cached under this head, so a replica that does not have it yet must not answer.
    return resources().replica.read(read, has_it=lambda session: head_of(session, feed.site.id, feed.id) == head)


def _etag(feed: _FeedRequest, head: Head) -> str:
    facts = (renderer_digest(), *feed.key, head.version, head.created_at)
    return hashlib.blake2b(repr(facts).encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()


@cache
def renderer_digest() -> str:
    """A digest of the code and the templates that render a feed: a new version of them changes every ETag."""
    digest = hashlib.blake2b(digest_size=12)
    for file in _RENDERERS:
        digest.update(file.read_bytes())
    return digest.hexdigest()


def _dressed(response: Response, feed: _FeedRequest, etag: str) -> Response:
    """Add the headers of a public response: caches may store the page but must revalidate it."""
    response.set_etag(etag, weak=True)
    response.headers["Cache-Control"] = "public, max-age=0, must-revalidate"
    response.headers["Content-Security-Policy"] = f"default-src 'none'; frame-ancestors 'self' {' '.join(feed.site.origins)}"
    response.headers["Vary"] = "Accept, Accept-Encoding, Origin"
    if feed.language:
        response.headers["Vary"] += ", Accept-Language"
        response.headers["Content-Language"] = feed.language
    return response
