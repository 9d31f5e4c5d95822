"""A cache of rendered feeds as bytes. A thread is checked for changes at most twice a second, and a page is rendered by one
request only; the others wait for it."""

import gzip
import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Hashable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

from cachetools import FIFOCache, LRUCache

from service.domain.errors import Unavailable
from service.store.comments.feed import Head, head_of
from service.store.db.read_replica import ReadReplica

#: Seconds after which a thread's head is read again.
LOOK_AFTER = 0.5
#: Maximum heads, maximum bodies, and maximum bytes of all bodies together.
MAX_HEADS = 20_000
MAX_BODIES = 5_000
MAX_BYTES = 64 * 1024 * 1024
#: Bodies below this are not worth compressing.
WORTH_COMPRESSING = 600
#: Seconds to wait for a page that another request renders: longer than the database lets a query run.
PATIENCE = 10.0

_NO_GZIP = re.compile(r"gzip[ \t]*;[ \t]*q=0(\.0*)?[ \t]*(,|$)")


@dataclass(frozen=True, slots=True)
class Body:
    """A rendered page of a feed, plain and gzipped, for one version of its thread. `packed` is empty for a short page."""

    version: tuple[Hashable, ...]
    plain: bytes
    packed: bytes
    link: str


class FeedCache:
    """The feeds of this process. At most `places` pages are rendered at once, half of them for one address."""

    def __init__(self, replica: ReadReplica, *, places: int) -> None:
        self._replica = replica
        self._places = places
        self._rendering: Counter[str] = Counter()
        self._flights: dict[Hashable, Future[Body]] = {}
        self._lock = threading.Lock()
        self._generation = 0
        # Each head with the time until which it is fresh. Not a TTLCache, because its lookup needs the lock; see FastFeed.
        self._heads: FIFOCache[UUID, tuple[float, Head]] = FIFOCache(MAX_HEADS)
        self._bodies: LRUCache[Hashable, Body] = LRUCache(MAX_BYTES, getsizeof=_size)

    def fresh(self, thread: UUID) -> Head | None:
        """The thread's head, if it was read in the last `LOOK_AFTER` seconds. Makes no query."""
        try:  # `get` looks twice, and another thread may evict the head in between.
            until, head = self._heads[thread]
        except KeyError:
            return None
        return head if until > time.monotonic() else None

    def head(self, site_id: str, thread: UUID) -> Head:
        """The thread's head, at most `LOOK_AFTER` seconds old."""
        if (known := self.fresh(thread)) is not None:
            return known
        generation, until = self._generation, time.monotonic() + LOOK_AFTER
        head = self._read_head(site_id, thread)
        with self._lock:
            # Race: if a head was evicted meanwhile, this one may have been read before the change.
            if generation == self._generation:
                self._heads[thread] = (until, head)
        return head

    def _read_head(self, site_id: str, thread: UUID) -> Head:
        with self._lock:
            last = self._heads.get(thread)
        head = self._replica.read(lambda session: head_of(session, site_id, thread))
        # One replica may be further behind than another: readers never see an older state after a newer one.
        older = last is not None and head.version < last[1].version and not self._replica.primary_is_away
        return self._replica.read_primary(lambda session: head_of(session, site_id, thread)) if older else head

    def evict(self, thread: UUID) -> None:
        """Let the next request read the thread's head again, because this process has just changed the thread."""
        self._replica.note_write()
        with self._lock:
            self._generation += 1
            self._heads.pop(thread, None)

    def clear(self) -> None:
        """Let the next requests read the head of every thread again, because a moderator's action may have changed many
        threads."""
        self._replica.note_write()
        with self._lock:
            self._generation += 1
            self._heads.clear()

    def body(
        self, key: Hashable, version: tuple[Hashable, ...], render: Callable[[], tuple[bytes, str]], *, address: str
    ) -> Body:
        """The page under this key at this version, rendered if not cached. `render` returns the bytes and the next link.

        Raises Unavailable if it must be rendered and too many others are at this moment. An error of the request that renders is
        raised in all that wait for it.
        """
        with self._lock:
            cached = self._bodies.get(key)
            if cached is not None and cached.version == version:
                return cached
            flight = self._flights.get((key, version))
            if flight is None:
                self._take_place(address)
                mine = self._flights[(key, version)] = Future()
        if flight is not None:
            return _landed(flight)
        with self._landing((key, version), mine, address):
            body = _packed(version, *render())
            mine.set_result(body)
            if _size(body) <= MAX_BYTES:
                with self._lock:
                    self._bodies[key] = body
        return body

    def _take_place(self, address: str) -> None:
        if self._rendering[address] >= max(1, self._places // 2):
            raise Unavailable("several pages of feeds are rendered for your address at this moment; please send this again")
        if self._rendering.total() >= self._places:
            raise Unavailable("too many pages of feeds are rendered at this moment; please send this again")
        self._rendering[address] += 1

    @contextmanager
    def _landing(self, name: Hashable, flight: "Future[Body]", address: str) -> Iterator[None]:
        """Give the place back at the end, and pass an error to the requests that wait."""
        try:
            yield
        except BaseException as error:
            if not flight.done():
                flight.set_exception(error)
            raise
        finally:
            with self._lock:
                del self._flights[name]
                self._rendering[address] -= 1
                if not self._rendering[address]:
                    del self._rendering[address]


def _landed(flight: "Future[Body]") -> Body:
    try:
        return flight.result(PATIENCE)
    except TimeoutError:
        raise Unavailable("this page takes long to render at this moment; please send this again") from None


def _packed(version: tuple[Hashable, ...], plain: bytes, link: str) -> Body:
    packed = gzip.compress(plain, compresslevel=6, mtime=0) if len(plain) >= WORTH_COMPRESSING else b""
    return Body(version, plain, packed, link)


def _size(body: Body) -> int:
    """Bytes that a body counts for. A short body counts for at least MAX_BYTES / MAX_BODIES, so that at most `MAX_BODIES` fit."""
    return max(len(body.plain) + len(body.packed), MAX_BYTES // MAX_BODIES)


@dataclass(frozen=True, slots=True)
class CachedResponse:
    """The thread, its version and the ETag of a feed response."""

    thread: UUID
    head: Head
    etag: str


def accepts_gzip(encodings: str) -> bool:
    """True if this Accept-Encoding header allows gzip. Searched and not parsed, because this runs on the event loop."""
    return "gzip" in encodings and not _NO_GZIP.search(encodings)
