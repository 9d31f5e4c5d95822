"""The only HTTP client for foreign URLs: it refuses private addresses (SSRF), follows no redirects and keeps a deadline."""

import io
import ipaddress
import queue
import select
import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from http.client import HTTPConnection, HTTPException, HTTPResponse
from typing import Any, cast

import certifi
from AntiSSRF import IPAddressRanges

from service.domain.webhooks.retry_schedule import Answer
from service.domain.webhooks.target_url import Target, parse_target
from workers.resources.open_connections import OpenConnections

CONNECT_SECONDS = 3.0
#: Maximum bytes of a response body that are read.
MOST_BODY = 64 * 1024
#: Maximum bytes that are read in all, with headers and framing, because the receiver chooses their size too.
_MOST_BYTES = 2 * MOST_BODY

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Place = tuple[socket.AddressFamily, Any]
Resolver = Callable[[str, int], Sequence[Place]]

# The deny list of the AntiSSRF library, and two ranges that it lacks: IPv4-compatible IPv6 addresses (::/96) and
# IPv4-translated ones (RFC 2765). Some systems still route these.
_DENIED: tuple[Network, ...] = tuple(map(ipaddress.ip_network, (*IPAddressRanges.recommended_latest, "::/96", "::ffff:0:0:0/96")))
# We use only the list, not the library's HTTP session. Our client opens its own sockets, so that a request ends at the
# deadline even if the response arrives byte by byte, and so that the Host header holds host and port as the URL has them.


class Refused(Exception):
    """All addresses of the host are private or otherwise denied."""


class SafeHttp:
    """Posts to URLs that users configured. `allow` lists private networks that the operator permits; `seconds` is the timeout.

    `keep`: connections stay open for the next request to the same host for a while, as far as the host allows it.
    """

    def __init__(
        self, *, allow: Sequence[str] = (), seconds: float = 10.0, resolve: Resolver | None = None, keep: bool = False
    ) -> None:
        self._allow = tuple(ipaddress.ip_network(network, strict=False) for network in allow)
        self._seconds = seconds
        self._resolve = resolve or _resolved
        self._open = OpenConnections[Wire]() if keep else None

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Post once. Never raises for a fault of the receiver or its address: the returned answer has the error."""
        started = time.monotonic()
        deadline = _Deadline(started + self._seconds)
        try:
            target = parse_target(url)
            response, text = self._exchanged(target, body, headers, deadline)
        except Exception as error:
            return Answer(None, error=_in_words(error), fault=type(error).__name__, milliseconds=_since(started))
        return Answer(
            response.status,
            text=text,
            retry_after=response.headers.get("Retry-After", ""),
            milliseconds=_since(started),
        )

    def close(self) -> None:
        """Close the connections that were kept open."""
        if self._open:
            self._open.close()

    def _exchanged(
        self, target: Target, body: bytes, headers: Mapping[str, str], deadline: "_Deadline"
    ) -> tuple[HTTPResponse, str]:
        """The response and the beginning of its body, over an open connection or a new one. A host may close an open connection
        at the moment of a request: then the request is sent again over a new one."""
        if self._open and (wire := self._open.take(target)):
            wire.begin(deadline)
            try:
                return self._exchange(wire, target, body, headers)
            except (ConnectionError, HTTPException):
                if wire.has_answered:
                    raise
        return self._exchange(self._dial(target, deadline), target, body, headers)

    def _exchange(self, wire: "Wire", target: Target, body: bytes, headers: Mapping[str, str]) -> tuple[HTTPResponse, str]:
        try:
            connection = HTTPConnection(target.host, target.port)
            connection.sock = cast("socket.socket", wire)
            ending = {} if self._open else {"Connection": "close"}
            connection.request("POST", target.path, body, {"Host": target.authority, **ending, **headers})
            response = connection.getresponse()
            text = _excerpt(response)
        except BaseException:
            wire.end()
            raise
        was_read = response.isclosed() or response.length == 0
        if self._open and was_read and not response.will_close and wire.is_silent:
            self._open.put(target, wire)
        else:
            wire.end()
        return response, text

    def _dial(self, target: Target, deadline: "_Deadline") -> "Wire":
        """Resolve the host once, check the addresses and connect to one. A second lookup could differ (DNS rebinding)."""
        places = _in_time(self._resolve, target, deadline)
        open_places = [place for place in places if self._may_go(ipaddress.ip_address(place[1][0]))]
        if not open_places:
            raise Refused("refused: the address is private; `webhook_allow` opens networks of your own")
        until = min(deadline.until, time.monotonic() + CONNECT_SECONDS)
        sock = _connected(open_places, until)
        if target.tls:
            try:
                sock.settimeout(deadline.left())
                sock = _tls().wrap_socket(sock, server_hostname=target.host)
            except BaseException:
                sock.close()
                raise
        return Wire(sock, deadline)

    def _may_go(self, address: Address) -> bool:
        address = getattr(address, "ipv4_mapped", None) or address
        if any(address in network for network in self._allow if network.version == address.version):
            return True
        return not any(address in network for network in _DENIED if network.version == address.version)


class _Deadline:
    """One deadline for the whole exchange. Each wait gets the time that is left."""

    def __init__(self, until: float) -> None:
        self.until = until

    def left(self) -> float:
        left = self.until - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left


class Wire:
    """A connected socket with the interface that http.client needs. All reads and writes of a request share one deadline."""

    def __init__(self, sock: socket.socket, deadline: _Deadline) -> None:
        self._sock = sock
        self._input = _Reader(sock, deadline)
        self._buffer = _Buffer(self._input)
        self.born = time.monotonic()
        self.begin(deadline)

    def begin(self, deadline: _Deadline) -> None:
        """Start the next request."""
        self._deadline = self._input.deadline = deadline
        self._input.left, self._input.is_paused = _MOST_BYTES, False

    @property
    def has_answered(self) -> bool:
        """Whether a byte has come since the request began."""
        return self._input.left < _MOST_BYTES

    @property
    def is_silent(self) -> bool:
        """False if the host has closed the connection, or sent more than its response: that is no response to the next request."""
        self._input.is_paused = True
        try:
            return not self._buffer.peek(1) and not select.select([self._sock], [], [], 0)[0]
        except (OSError, ValueError):
            return False

    def sendall(self, sent: bytes) -> None:
        view = memoryview(sent)
        while view:
            self._sock.settimeout(self._deadline.left())
            view = view[self._sock.send(view) :]

    def makefile(self, _mode: str) -> io.BufferedReader:
        return self._buffer

    def close(self) -> None:
        """Does nothing: http.client closes the socket before the response is read. `end` closes it."""

    def end(self) -> None:
        self._sock.close()


class _Reader(io.RawIOBase):
    def __init__(self, sock: socket.socket, deadline: _Deadline) -> None:
        self._sock = sock
        self.deadline = deadline
        self.left = _MOST_BYTES
        self.is_paused = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        if self.is_paused:
            return None
        self._sock.settimeout(self.deadline.left())
        count = self._sock.recv_into(buffer)
        self.left -= count
        if self.left < 0:
            raise HTTPException("the answer is too long")
        return count


class _Buffer(io.BufferedReader):
    def close(self) -> None:
        """Does nothing: http.client closes its reader after each response, and this one lives as long as the connection."""


def _excerpt(response: HTTPResponse) -> str:
    """The beginning of the body. It is only shown to a person, so a broken body is no error."""
    read = bytearray()
    try:
        while len(read) < MOST_BODY and (part := response.read1(MOST_BODY - len(read))):
            read += part
    except Exception:  # noqa: S110 - a wrong length can raise more errors than http.client documents
        pass
    return read.decode("utf-8", "replace").replace("\0", "�")


def _in_time(resolve: Resolver, target: Target, deadline: _Deadline) -> Sequence[Place]:
    """Resolve the name in a separate thread, because getaddrinfo() has no timeout."""
    answers: queue.SimpleQueue[Sequence[Place] | Exception] = queue.SimpleQueue()

    def look_up() -> None:
        try:
            answers.put(resolve(target.host, target.port))
        except Exception as error:
            answers.put(error)

    threading.Thread(target=look_up, name="resolver", daemon=True).start()
    try:
        found = answers.get(timeout=min(CONNECT_SECONDS, deadline.left()))
    except queue.Empty:
        raise TimeoutError from None
    if isinstance(found, Exception):
        raise found
    return found


def _resolved(host: str, port: int) -> list[Place]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [(family, place) for family, _kind, _protocol, _name, place in found]


def _connected(places: Sequence[Place], until: float) -> socket.socket:
    """A socket to the first address that accepts. The addresses share the time: a dead address leaves time for the next one."""
    last: OSError = TimeoutError()
    for index, (family, place) in enumerate(places):
        seconds = (until - time.monotonic()) / (len(places) - index)
        if seconds <= 0:
            break
        sock = socket.socket(family, socket.SOCK_STREAM)
        try:
            sock.settimeout(seconds)
            sock.connect(place)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return sock
        except OSError as error:
            sock.close()
            last = error
    raise last


@cache
def _tls() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context


def _since(started: float) -> int:
    return round((time.monotonic() - started) * 1000)


def _in_words(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "no answer in time"
    if isinstance(error, socket.gaierror):
        return f"the name could not be resolved: {error.strerror}"
    if isinstance(error, ssl.SSLError):
        return f"TLS failed: {error.reason or error}"
    # Replace unprintable characters: the message may quote the response, and PostgreSQL cannot store NUL.
    return "".join(c if c.isprintable() else "\ufffd" for c in str(error)[:300]) or type(error).__name__
