"""Slow senders: a request's body is waited for in a thread, so only some of the threads may wait, and fewer for one address."""

import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from service.domain.errors import Unavailable
from service.web.limits import address_of


class Places:
    """How many bodies may be waited for at once: three quarters of the threads, and half of them for one address."""

    def __init__(self, threads: int) -> None:
        self._most, self._most_of_one = max(1, threads * 3 // 4), max(1, threads // 2)
        self._lock = threading.Lock()
        self._taken: Counter[str] = Counter()

    @contextmanager
    def one(self, address: str) -> Iterator[None]:
        """A place while a read waits. Raises Unavailable where all are taken."""
        with self._lock:
            if self._taken.total() >= self._most or self._taken[address] >= self._most_of_one:
                raise Unavailable("too many requests are being sent slowly at this moment; please send this again")
            self._taken[address] += 1
        try:
            yield
        finally:
            with self._lock:
                self._taken[address] -= 1
                if not self._taken[address]:
                    del self._taken[address]


class SlowSenders:
    """A WSGI application around another, whose bodies are read under `Places`. The server itself knows no limit for them."""

    def __init__(self, inner: Callable[..., Iterable[bytes]], *, threads: int) -> None:
        self._inner = inner
        self._places = Places(threads)

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ.get("CONTENT_LENGTH", "") not in ("0", "") or "HTTP_TRANSFER_ENCODING" in environ:
            address = address_of(environ.get("REMOTE_ADDR", ""))
            environ["wsgi.input"] = _Body(environ["wsgi.input"], self._places, address)
        return self._inner(environ, start_response)


class _Body:
    """A body each of whose reads takes a place."""

    def __init__(self, inner: Any, places: Places, address: str) -> None:
        self._inner = inner
        self._places = places
        self._address = address

    def read(self, *size: int) -> bytes:
        with self._places.one(self._address):
            body: bytes = self._inner.read(*size)
            return body

    def readline(self, *size: int) -> bytes:
        with self._places.one(self._address):
            line: bytes = self._inner.readline(*size)
            return line

    def __iter__(self) -> Iterator[bytes]:
        while line := self.readline():
            yield line
