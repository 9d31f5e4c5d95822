"""Feeds that this process has rendered: kept as ready bytes, looked after at most twice a second, replaced when the thread changes."""

import gzip
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from uuid import UUID

from werkzeug.http import parse_accept_header

from service.store.comments.feed import Head, head_of
from service.store.db.engine import Database

#: Seconds after which the thread is asked again whether it changed.
LOOK_AFTER = 0.5
#: Most threads and most bodies that are kept, and most bytes of all bodies together.
MAX_HEADS = 20_000
MAX_BODIES = 5_000
MAX_BYTES = 64 * 1024 * 1024
#: Bodies below this are not worth compressing.
WORTH_COMPRESSING = 600


@dataclass(frozen=True, slots=True)
class Body:
    """A rendered page of a feed, plain and compressed, for one version of its thread."""

    version: tuple[Hashable, ...]
    plain: bytes
    packed: bytes
    link: str


class FeedCache:
    """The feeds of this process."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._heads: OrderedDict[UUID, tuple[float, Head]] = OrderedDict()
        self._bodies: OrderedDict[Hashable, Body] = OrderedDict()
        self._bytes = 0

    def fresh(self, thread: UUID) -> Head | None:
        """The thread's head where it is known and at most `LOOK_AFTER` seconds old."""
        known = self._heads.get(thread)
        return known[1] if known is not None and known[0] > time.monotonic() else None

    def head(self, thread: UUID) -> Head:
        """The thread's head, at most `LOOK_AFTER` seconds old."""
        if (known := self.fresh(thread)) is not None:
            return known
        now = time.monotonic()
        with self._database.reading() as session:
            head = head_of(session, thread)
        with self._lock:
            self._heads[thread] = (now + LOOK_AFTER, head)
            while len(self._heads) > MAX_HEADS:
                self._heads.popitem(last=False)
        return head

    def evict(self, thread: UUID) -> None:
        """Ask again at once: this process has just changed the thread."""
        with self._lock:
            self._heads.pop(thread, None)

    def clear(self) -> None:
        """The same for every thread: a moderator's gesture may have changed many."""
        with self._lock:
            self._heads.clear()

    def body(self, key: Hashable, version: tuple[Hashable, ...], render: Callable[[], tuple[bytes, str]]) -> Body:
        """The page under this key at this version; rendered where it is not there yet. `render` gives bytes and next link."""
        found = self._bodies.get(key)
        if found is not None and found.version == version:
            return found
        plain, link = render()
        packed = gzip.compress(plain, compresslevel=6, mtime=0) if len(plain) >= WORTH_COMPRESSING else b""
        body = Body(version, plain, packed, link)
        with self._lock:
            self._drop(key)
            self._bodies[key] = body
            self._bytes += len(plain) + len(packed)
            while self._bytes > MAX_BYTES or len(self._bodies) > MAX_BODIES:
                self._drop(next(iter(self._bodies)))
        return body

    def _drop(self, key: Hashable) -> None:
        if (old := self._bodies.pop(key, None)) is not None:
            self._bytes -= len(old.plain) + len(old.packed)


@dataclass(frozen=True, slots=True)
class CachedResponse:
    """For which thread, at which version and under which ETag a feed was answered."""

    thread: UUID
    head: Head
    etag: str


def accepts_gzip(encodings: str) -> bool:
    """Whether who sends this Accept-Encoding takes a packed answer."""
    return "gzip" in encodings and ("q=" not in encodings or parse_accept_header(encodings)["gzip"] > 0)
