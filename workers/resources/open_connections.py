"""Connections that stay open for the next request to the same host."""

import threading
import time
from collections import defaultdict, deque
from typing import Generic, Protocol, TypeVar

from service.domain.webhooks.target_url import Target

#: Seconds without a request after which a connection is closed. Hosts and proxies usually allow more.
IDLE_SECONDS = 15.0
#: Seconds after which a connection is closed however busy it is: then its name is resolved again.
LIFETIME = 60.0
#: Maximum number of idle connections, to all hosts.
MOST = 64


class Connection(Protocol):
    """What is kept."""

    #: When it was made (`time.monotonic()`).
    born: float

    @property
    def is_silent(self) -> bool: ...

    def end(self) -> None: ...


C = TypeVar("C", bound=Connection)
_Place = tuple[bool, str, int]


class OpenConnections(Generic[C]):
    """The idle connections of a process. Several threads may take and put."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._idle: defaultdict[_Place, deque[tuple[float, C]]] = defaultdict(deque)

    def take(self, target: Target) -> C | None:
        """A connection that is still open, the one that was used last. None if there is none."""
        while True:
            with self._lock:
                self._end_old()
                idle = self._idle.get(_place(target))
                if not idle:
                    return None
                _, connection = idle.pop()
            if connection.is_silent:
                return connection
            connection.end()

    def put(self, target: Target, connection: C) -> None:
        """Keep a connection, unless it is old or there are too many."""
        with self._lock:
            self._end_old()
            if time.monotonic() - connection.born < LIFETIME and sum(map(len, self._idle.values())) < MOST:
                self._idle[_place(target)].append((time.monotonic(), connection))
                return
        connection.end()

    def close(self) -> None:
        with self._lock:
            for idle in self._idle.values():
                for _, connection in idle:
                    connection.end()
            self._idle.clear()

    def _end_old(self) -> None:
        since = time.monotonic() - IDLE_SECONDS
        for place in [place for place, idle in self._idle.items() if not idle or idle[0][0] < since]:
            idle = self._idle[place]
            while idle and idle[0][0] < since:
                idle.popleft()[1].end()
            if not idle:
                del self._idle[place]


def _place(target: Target) -> _Place:
    return target.tls, target.host, target.port
