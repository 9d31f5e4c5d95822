"""Fast path for feeds: replays the view's cached response on the event loop, while the comment thread is unchanged."""

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from cachetools import FIFOCache
from werkzeug.wsgi import ClosingIterator

from service.telemetry.spans import begin_request, is_on
from service.web.auth.rate_limit import Rate, address_of, quota_of, usage
from service.web.http.environ_keys import FEED_KEY, RATE_COUNTED, Environ, Headers, Wsgi
from service.web.http.request_id import request_id_of
from service.web.http.request_line import spelled_plainly
from service.web.ops.metrics import observe
from service.web.ops.request_spans import end_request
from service.web.resources.feed_cache import CachedResponse, accepts_gzip
from service.web.resources.web_resources import WebResources
from service.web.server.wsgi_adapter import Raw, WsgiResponse, raw

_PREFIX = "/v1/threads/"
#: Maximum characters of path, query and headers in a cache key: callers choose them, so they need a limit.
_LONGEST_KEY = 4_000
#: Seconds that a cache entry lives: the site's settings may have changed.
TTL = 5.0
#: Maximum number of cache entries, and of bytes in all of them. The feed cache has the same body objects, not copies.
MAX_ENTRIES, MAX_BYTES = 5_000, 64 * 1024 * 1024
#: Headers of a cached response that other clients may get, because they are the same for every request with the same cache key. A
#: response with any other header (such as a cookie) is not cached.
SHARED = frozenset({
    "access-control-allow-origin", "access-control-expose-headers", "cache-control", "content-encoding", "content-language", "content-length",
    "content-security-policy", "content-type", "cross-origin-resource-policy", "etag", "link", "permissions-policy", "referrer-policy",
    "strict-transport-security", "vary", "x-content-type-options", "x-frame-options", "x-robots-tag",
})  # fmt: skip
#: OWN: headers that belong to one request and are made new for each response. _OF_BODY: headers that a 304 response omits.
OWN = frozenset({"x-request-id", "ratelimit", "ratelimit-policy"})
_OF_BODY = frozenset({"content-type", "content-length", "content-encoding", "link"})


@dataclass(frozen=True, slots=True)
class _Answer:
    served: CachedResponse
    until: float
    headers: Raw
    unchanged: Raw
    body: bytes
    key_size: int


class FastFeed:
    """WSGI middleware that caches feed responses; `response` replays them on the event loop."""

    def __init__(self, inner: Wsgi, resources: WebResources) -> None:
        self._inner = inner
        self._resources = resources
        self._lock = threading.Lock()
        # Not a TTLCache: its lookup changes it, so it needs the lock, and takes 2.3 µs where this one takes 0.3 µs. A lookup in a
        # FIFOCache changes nothing, so the GIL is enough.
        self._entries: FIFOCache[tuple[Any, ...], _Answer] = FIFOCache(MAX_BYTES, getsizeof=_size)

    def response(self, environ: Environ) -> WsgiResponse | None:
        """The cached response if it is still valid. Does no I/O.

        Returns None if the response is not cached, if the rate limit is used up, or if the request is not for a feed. Then the
        view answers.
        """
        if not _is_feed(environ):
            return None
        began, answer, if_none_match = time.perf_counter(), self._entry(_key(environ)), environ.get("HTTP_IF_NONE_MATCH", "")
        if answer is None or not self._holds(answer):
            return None
        quota = quota_of(Rate.ADDRESS, self._resources.settings)
        used, reset = environ[RATE_COUNTED] = self._resources.counters.hit(f"{Rate.ADDRESS}:{address_of(environ['REMOTE_ADDR'])}")
        if used > quota:
            return None
        has_it = bool(if_none_match) and _names(if_none_match, answer.served.etag)
        request_id = request_id_of(environ.get("HTTP_X_REQUEST_ID", ""))
        own = [("X-Request-Id", request_id)]
        own += usage(Rate.ADDRESS, quota, quota - used, reset)
        status, headers = (304, answer.unchanged) if has_it else (200, answer.headers)
        observe("feed.show_feed", "GET", str(status), time.perf_counter() - began)
        if is_on():
            span = begin_request(request_id, environ.get("HTTP_TRACEPARENT", ""), seconds_ago=time.perf_counter() - began)
            end_request(span, "GET", "feed", status, request_id)
        return WsgiResponse(status, headers + raw(own), b"" if has_it else answer.body)

    def _holds(self, answer: _Answer) -> bool:
        return answer.until > time.monotonic() and self._resources.feeds.fresh(answer.served.thread) == answer.served.head

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        if not _is_feed(environ):
            return self._inner(environ, start_response)
        return self._learned(_key(environ), environ, start_response)

    def _learned(self, key: tuple[Any, ...], environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Call the view, and cache its response."""
        started: list[tuple[str, Headers]] = []

        def start(status: str, headers: Headers, *rest: Any) -> Any:
            started.append((status, headers))
            return start_response(status, headers, *rest)

        pieces = self._inner(environ, start)
        if FEED_KEY not in environ or not started or started[-1][0][:3] != "200" or _key_size(key) > _LONGEST_KEY:
            return pieces
        return ClosingIterator(
            self._remembered(key, environ[FEED_KEY], started[-1][1], pieces), [getattr(pieces, "close", _nothing)]
        )

    def _remembered(
        self, key: tuple[Any, ...], served: CachedResponse, headers: Headers, pieces: Iterable[bytes]
    ) -> Iterator[bytes]:
        body = b"".join(pieces)
        kept = [(name, value) for name, value in headers if name.lower() not in OWN]
        if not SHARED.issuperset(name.lower() for name, _ in kept):
            yield body
            return
        unchanged = [(name, value) for name, value in kept if name.lower() not in _OF_BODY]
        self._keep(key, _Answer(served, time.monotonic() + TTL, raw(kept), raw(unchanged), body, _key_size(key)))
        yield body

    def _entry(self, key: tuple[Any, ...]) -> _Answer | None:
        try:  # `get` looks twice, and another thread may evict the entry in between.
            return self._entries[key]
        except KeyError:
            return None

    def _keep(self, key: tuple[Any, ...], answer: _Answer) -> None:
        if _size(answer) <= MAX_BYTES:
            with self._lock:
                self._entries[key] = answer


def _is_feed(environ: Environ) -> bool:
    return environ["REQUEST_METHOD"] == "GET" and environ["PATH_INFO"].startswith(_PREFIX) and spelled_plainly(environ)


def _size(answer: _Answer) -> int:
    """Bytes that a response and its key count for. A short one counts for at least MAX_BYTES / MAX_ENTRIES, so that at most `MAX_ENTRIES`
    fit."""
    return max(len(answer.body) + answer.key_size + sum(len(n) + len(v) for n, v in answer.headers), MAX_BYTES // MAX_ENTRIES)


def _key_size(key: tuple[Any, ...]) -> int:
    return sum(len(part or "") for part in key[:-1])


def _names(if_none_match: str, etag: str) -> bool:
    """True if the If-None-Match header lists this ETag, weak or strong. Searched and not parsed: no ETag contains a quote."""
    return f'"{etag}"' in if_none_match or if_none_match.strip() == "*"


def _key(environ: Environ) -> tuple[Any, ...]:
    """Everything in a request that its response depends on. The state of the comment thread is checked separately."""
    packed = accepts_gzip(environ.get("HTTP_ACCEPT_ENCODING", ""))
    query, accept = environ.get("QUERY_STRING", ""), environ.get("HTTP_ACCEPT", "")
    # Only HTML has a language. Without this, an entry for JSON would serve readers of one language only.
    language = environ.get("HTTP_ACCEPT_LANGUAGE", "") if "html" in query or "text/" in accept or "*" in accept else ""
    return environ["PATH_INFO"], query, accept, environ.get("HTTP_ORIGIN"), language, packed


def _nothing() -> None:
    """Stands in for `close` where the WSGI response has none."""
