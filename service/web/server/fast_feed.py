"""Hot feeds are answered on the event loop: the very answer that the view gave, while its thread has not changed."""

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from werkzeug.http import parse_etags
from werkzeug.wsgi import ClosingIterator

from service.web.auth.rate_limit import Rate, address_of, quota_of, usage
from service.web.http.environ_keys import FEED_KEY, RATE_COUNTED, Environ, Headers, Wsgi
from service.web.http.request_id import request_id_of
from service.web.ops.metrics import observe
from service.web.resources.feed_cache import CachedResponse, accepts_gzip
from service.web.resources.web_resources import WebResources
from service.web.server.wsgi_adapter import Raw, WsgiResponse, raw

_PREFIX = "/v1/threads/"
#: Characters of path, query and headers beyond which an answer is not kept: they are the caller's to choose.
_LONGEST_KEY = 4_000
#: Seconds for which an answer is given again: what it says of its site may have changed.
TTL = 5.0
#: Most answers and most bytes that are kept. The bytes are those of the rendered feeds, not copies.
MAX_ENTRIES, MAX_BYTES = 5_000, 64 * 1024 * 1024
#: Headers that belong to one request, and those that a 304 does without.
_OWN = frozenset({"x-request-id", "ratelimit", "ratelimit-policy"})
_OF_BODY = frozenset({"content-type", "content-length", "content-encoding", "link"})


@dataclass(frozen=True, slots=True)
class _Answer:
    served: CachedResponse
    until: float
    headers: Raw
    unchanged: Raw
    body: bytes


class FastFeed:
    """A WSGI application around another, which remembers how that one answered; on the loop, `answer` says it again."""

    def __init__(self, inner: Wsgi, doors: WebResources) -> None:
        self._inner = inner
        self._doors = doors
        self._answers: dict[tuple[Any, ...], _Answer] = {}
        self._bytes, self._keeping = 0, threading.Lock()

    def answer(self, environ: Environ) -> WsgiResponse | None:
        """The answer where it is remembered and holds; nothing for a caller whose quota is used up or who asks in a way that the view
        should judge. Waits for nobody."""
        if environ["REQUEST_METHOD"] != "GET" or not environ["PATH_INFO"].startswith(_PREFIX):
            return None
        began, answer, asked = time.perf_counter(), self._answers.get(_key(environ)), environ.get("HTTP_IF_NONE_MATCH", "")
        if answer is None or not self._holds(answer):
            return None
        quota = quota_of(Rate.ADDRESS, self._doors.settings)
        used, reset = environ[RATE_COUNTED] = self._doors.counters.hit(f"{Rate.ADDRESS}:{address_of(environ['REMOTE_ADDR'])}")
        if used > quota:
            return None
        has_it = bool(asked) and _names(asked, answer.served.etag)
        own = [("X-Request-Id", request_id_of(environ.get("HTTP_X_REQUEST_ID", "")))]
        own += usage(Rate.ADDRESS, quota, quota - used, reset)
        status, headers = (304, answer.unchanged) if has_it else (200, answer.headers)
        observe("feed.read", "GET", str(status), time.perf_counter() - began)
        return WsgiResponse(status, headers + raw(own), b"" if has_it else answer.body)

    def _holds(self, answer: _Answer) -> bool:
        return answer.until > time.monotonic() and self._doors.feeds.fresh(answer.served.thread) == answer.served.head

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] != "GET" or not environ["PATH_INFO"].startswith(_PREFIX):
            return self._inner(environ, start_response)
        return self._learned(_key(environ), environ, start_response)

    def _learned(self, key: tuple[Any, ...], environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Let the view answer, and remember how."""
        started: list[tuple[str, Headers]] = []

        def start(status: str, headers: Headers, *rest: Any) -> Any:
            started.append((status, headers))
            return start_response(status, headers, *rest)

        pieces = self._inner(environ, start)
        too_long = sum(len(part or "") for part in key[:-1]) > _LONGEST_KEY
        if FEED_KEY not in environ or not started or started[-1][0][:3] != "200" or too_long:
            return pieces
        return ClosingIterator(
            self._remembered(key, environ[FEED_KEY], started[-1][1], pieces), [getattr(pieces, "close", _nothing)]
        )

    def _remembered(
        self, key: tuple[Any, ...], served: CachedResponse, headers: Headers, pieces: Iterable[bytes]
    ) -> Iterator[bytes]:
        body = b"".join(pieces)
        kept = [(name, value) for name, value in headers if name.lower() not in _OWN]
        unchanged = [(name, value) for name, value in kept if name.lower() not in _OF_BODY]
        self._keep(key, _Answer(served, time.monotonic() + TTL, raw(kept), raw(unchanged), body))
        yield body

    def _keep(self, key: tuple[Any, ...], answer: _Answer) -> None:
        with self._keeping:
            old = self._answers.get(key)
            self._bytes += len(answer.body) - (len(old.body) if old else 0)
            if len(self._answers) >= MAX_ENTRIES or self._bytes > MAX_BYTES:
                self._answers.clear()
                self._bytes = len(answer.body)
            self._answers[key] = answer


def _names(asked: str, etag: str) -> bool:
    """Whether an If-None-Match names this weak ETag; nearly always it is that alone, and need not be parsed."""
    return asked == f'W/"{etag}"' or parse_etags(asked).contains_weak(etag)


def _key(environ: Environ) -> tuple[Any, ...]:
    """All of a request that its answer depends on, besides the thread."""
    packed = accepts_gzip(environ.get("HTTP_ACCEPT_ENCODING", ""))
    return environ["PATH_INFO"], environ.get("QUERY_STRING"), environ.get("HTTP_ACCEPT"), environ.get("HTTP_ORIGIN"), packed


def _nothing() -> None:
    """Nothing has to be closed."""
