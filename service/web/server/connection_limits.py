"""Limits of connections: one that sends nothing, or too many of one address, keep nobody out.

The server calls us once the head of a request is complete. It has no limit for an address, and one time limit for both an unfinished
head and an idle connection between two requests. So a thread looks at the open sockets of this process itself.
"""

import logging
import os
import socket
import stat
import threading
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from service.web.auth.rate_limit import address_of

log = logging.getLogger("greenroom.web")

#: Seconds that the first head of a connection may take.
FIRST_HEAD = 10.0
#: Connections that have been idle for less than this are not closed to make room: their next request may be on its way.
JUST_USED = 1.0
#: Seconds between two looks, at least: while there are more connections than `FEW`, and while there are not. And the share of the
#: time that looking may take.
PAUSE, QUIET_PAUSE, FEW, SHARE = 0.25, 2.0, 32, 0.05
#: Seconds between two lines in the log about closed connections, and between two about failed looks.
LOG_EVERY = 60.0
_BUSY = float("inf")
_DESCRIPTORS = Path("/proc/self/fd")

#: The address and port of a client, both as the server writes them.
Peer = tuple[str, str]


class RequestsUnderWay:
    """Which connections have a request under way, and since when the others have none. Written on the event loop."""

    def __init__(self) -> None:
        self._since: dict[Peer, float] = {}

    def begin(self, peer: Peer) -> None:
        self._since[peer] = _BUSY

    def end(self, peer: Peer) -> None:
        self._since[peer] = time.monotonic()

    def seen(self) -> dict[Peer, float]:
        """The moment at which the last request of each connection ended; infinite while one is under way."""
        return self._since.copy()

    def forget(self, gone: Mapping[Peer, float]) -> None:
        """Drop connections that are closed, unless a new one from the same port has been used meanwhile."""
        for peer, since in gone.items():
            if since != _BUSY and self._since.get(peer) == since:
                del self._since[peer]


@dataclass(frozen=True, slots=True)
class Connection:
    """An open connection. `idle_since`: when it was opened or its last request ended; infinite during a request."""

    fd: int
    inode: int
    peer: Peer
    has_asked: bool
    idle_since: float


@dataclass(frozen=True, slots=True)
class ConnectionLimits:
    """The limits of a process. `per_address`: 0 for none. `most`: the number from which idle connections give way."""

    per_address: int
    most: int

    def surplus(self, connections: Sequence[Connection], now: float) -> list[Connection]:
        """The connections to close: late heads, then the longest idle ones of each address over its limit, then the longest idle
        ones of all."""
        late = [c for c in connections if not c.has_asked and now - c.idle_since > FIRST_HEAD]
        rest = _without(connections, late)
        crowd = [c for group in self._groups(rest) for c in _longest_idle(group)[: len(group) - self.per_address]]
        rest = _without(rest, crowd)
        idle = [c for c in _longest_idle(rest) if now - c.idle_since > JUST_USED]
        return late + crowd + idle[: max(0, len(rest) - self.most)]

    def _groups(self, connections: Sequence[Connection]) -> list[list[Connection]]:
        """The connections of each address that has too many."""
        if not self.per_address:
            return []
        groups: defaultdict[str, list[Connection]] = defaultdict(list)
        for connection in connections:
            groups[connection.peer[0]].append(connection)
        merged: defaultdict[str, list[Connection]] = defaultdict(list)
        for host, group in groups.items():
            merged[address_of(host)] += group
        return [group for group in merged.values() if len(group) > self.per_address]


class ConnectionWatch:
    """Looks at the connections to a port of this process, and closes those that are too many."""

    def __init__(self, port: int, limits: ConnectionLimits, requests: RequestsUnderWay) -> None:
        self._port, self._limits, self._requests = port, limits, requests
        #: Of each socket: the peer and when it was first seen; None if it is no connection to this port.
        self._sockets: dict[int, tuple[Peer, float] | None] = {}

    def start(self) -> None:
        """Begin to look, on a machine that shows a process its descriptors (Linux). Elsewhere there are no limits."""
        if not _DESCRIPTORS.is_dir():
            log.warning("connections_not_limited")
            return
        threading.Thread(target=self._keep_looking, name="connections", daemon=True).start()

    def look(self, now: float) -> int:
        """Look once. Returns the number of connections that were closed."""
        seen = self._requests.seen()
        connections = self._open(seen, now)
        there = {connection.peer for connection in connections}
        self._requests.forget({peer: since for peer, since in seen.items() if peer not in there})
        surplus = self._limits.surplus(connections, now)
        for connection in surplus:
            _close(connection)
        return len(surplus)

    def _keep_looking(self) -> None:
        closed, logged, failed = 0, float("-inf"), float("-inf")
        while True:
            began = time.monotonic()
            try:
                closed += self.look(began)
                if closed and began - logged > LOG_EVERY:
                    log.info("connections_closed", extra={"closed": closed})
                    closed, logged = 0, began
            except Exception:
                # An unforeseen error must not end the limits for as long as the process lives.
                if began - failed > LOG_EVERY:
                    log.exception("connections_not_seen")
                    failed = began
            time.sleep(max(PAUSE if len(self._sockets) > FEW else QUIET_PAUSE, (time.monotonic() - began) / SHARE))

    def _open(self, seen: Mapping[Peer, float], now: float) -> list[Connection]:
        known, connections = {}, []
        for name in os.listdir(_DESCRIPTORS):  # noqa: PTH208 - a Path for each would be made for nothing
            fd = int(name)
            # A descriptor may be closed while we list them.
            with suppress(OSError):
                status = os.fstat(fd)
                if not stat.S_ISSOCK(status.st_mode):
                    continue
                inode = status.st_ino
                known[inode] = found = self._sockets[inode] if inode in self._sockets else self._new(fd, now)
                if found:
                    peer, first_seen = found
                    connections.append(Connection(fd, inode, peer, peer in seen, seen.get(peer, first_seen)))
        self._sockets = known
        return connections

    def _new(self, fd: int, now: float) -> tuple[Peer, float] | None:
        with socket.socket(fileno=os.dup(fd)) as sock:
            if sock.family not in (socket.AF_INET, socket.AF_INET6) or sock.getsockname()[1] != self._port:
                return None
            if sock.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
                return None
            host, port = sock.getpeername()[:2]
            return (host.partition("%")[0], str(port)), now


def _close(connection: Connection) -> None:
    """End both directions. The server sees that, and closes its own descriptor."""
    with suppress(OSError):
        copy = os.dup(connection.fd)
        if os.fstat(copy).st_ino != connection.inode:
            # The server has closed it meanwhile, and the number belongs to another one.
            os.close(copy)
            return
        with socket.socket(fileno=copy) as sock:
            sock.shutdown(socket.SHUT_RDWR)


def _without(connections: Iterable[Connection], left_out: Iterable[Connection]) -> list[Connection]:
    numbers = {connection.fd for connection in left_out}
    return [connection for connection in connections if connection.fd not in numbers]


def _longest_idle(connections: Iterable[Connection]) -> list[Connection]:
    return sorted(connections, key=lambda connection: connection.idle_since)
