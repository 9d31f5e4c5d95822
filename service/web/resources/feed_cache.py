"""A cache of rendered feeds as bytes. A thread is checked for changes at most twice a second."""

import gzip
import threading
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from uuid import UUID

from cachetools import FIFOCache, LRUCache
from werkzeug.http import parse_accept_header

from service.store.comments.feed import Head, head_of
from service.store.db.engine import Database

#: Seconds after which a thread's head is read again.
LOOK_AFTER = 0.5
#: Maximum heads, maximum bodies, and maximum bytes of all bodies together.
MAX_HEADS = 20_000
MAX_BODIES = 5_000
MAX_BYTES = 64 * 1024 * 1024
#: Bodies below this are not worth compressing.
WORTH_COMPRESSING = 600


@dataclass(frozen=True, slots=True)
class Body:
    """A rendered page of a feed, plain and gzipped, for one version of its thread. `packed` is empty for a short page."""

    version: tuple[Hashable, ...]
    plain: bytes
    packed: bytes
    link: str


class FeedCache:
    """The feeds of this process."""

    def __init__(self, database: Database) -> None:
        self._database = database
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

    def head(self, thread: UUID) -> Head:
        """The thread's head, at most `LOOK_AFTER` seconds old."""
        if (known := self.fresh(thread)) is not None:
            return known
        generation, until = self._generation, time.monotonic() + LOOK_AFTER
        with self._database.reading() as session:
            head = head_of(session, thread)
        with self._lock:
            # Race: if a head was evicted meanwhile, this one may have been read before the change.
            if generation == self._generation:
                self._heads[thread] = (until, head)
        return head

    def evict(self, thread: UUID) -> None:
        """Let the next request read the thread's head again, because this process has just changed the thread."""
        with self._lock:
            self._generation += 1
            self._heads.pop(thread, None)

    def clear(self) -> None:
        """Let the next requests read the head of every thread again, because a moderator's action may have changed many
        threads."""
        with self._lock:
            self._generation += 1
            self._heads.clear()

    def body(self, key: Hashable, version: tuple[Hashable, ...], render: Callable[[], tuple[bytes, str]]) -> Body:
        """The page under this key at this version, rendered if not cached. `render` returns the bytes and the next link."""
        with self._lock:
            cached = self._bodies.get(key)
        if cached is not None and cached.version == version:
            return cached
        plain, link = render()
        packed = gzip.compress(plain, compresslevel=6, mtime=0) if len(plain) >= WORTH_COMPRESSING else b""
        body = Body(version, plain, packed, link)
        if _size(body) <= MAX_BYTES:
            with self._lock:
                self._bodies[key] = body
        return body


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
    """True if this Accept-Encoding header allows gzip."""
    return "gzip" in encodings and ("q=" not in encodings or parse_accept_header(encodings)["gzip"] > 0)
