"""Connections stay open for the next request to the same host, and a host that closes or overflows one gets a new one."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

import pytest

from service.domain.webhooks.retry_schedule import Answer
from workers.resources import open_connections
from workers.resources.safe_http import SafeHttp

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
LOOPBACK = ("127.0.0.0/8",)


@dataclass
class RawHost:
    """A host that sends these bytes for each request, and counts connections. An empty answer closes the connection."""

    answers: list[bytes]
    connections: int = 0
    requests: list[bytes] = field(default_factory=list)
    port: int = 0

    def serve(self, listener: socket.socket) -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            self.connections += 1
            with connection, suppress(OSError):
                self._converse(connection)

    def _converse(self, connection: socket.socket) -> None:
        while request := _read(connection):
            self.requests.append(request)
            answer = self.answers.pop(0) if self.answers else OK
            if not answer:
                return
            connection.sendall(answer)
            if b"Connection: close" in answer:
                return


def _read(connection: socket.socket) -> bytes:
    """One request, whose body is `{}`. Empty if the connection ends."""
    request = b""
    while not request.endswith(b"{}"):
        part = connection.recv(65536)
        if not part:
            return b""
        request += part
    return request


@contextmanager
def host(*answers: bytes) -> Iterator[RawHost]:
    raw = RawHost(list(answers))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        raw.port = listener.getsockname()[1]
        threading.Thread(target=raw.serve, args=(listener,), daemon=True).start()
        yield raw
        listener.shutdown(socket.SHUT_RDWR)


def post(http: SafeHttp, raw: RawHost) -> Answer:
    return http.post(f"http://127.0.0.1:{raw.port}/", b"{}", {"Content-Type": "application/json"})


@pytest.fixture
def http() -> Iterator[SafeHttp]:
    http = SafeHttp(allow=LOOPBACK, seconds=60.0, keep=True)
    yield http
    http.close()


def test_one_connection_carries_many_requests(http: SafeHttp) -> None:
    chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n"
    with host(OK, chunked, b"HTTP/1.1 204 No\r\n\r\n", b"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n") as raw:
        answers = [post(http, raw) for _ in range(5)]
    assert [(answer.status, answer.text) for answer in answers] == [(200, "ok"), (200, "hi"), (204, ""), (500, ""), (200, "ok")]
    assert raw.connections == 1


def test_without_keep_each_request_has_its_own() -> None:
    with host() as raw:
        for _ in range(2):
            assert post(SafeHttp(allow=LOOPBACK, seconds=60.0), raw).arrived
    assert raw.connections == 2
    assert all(b"Connection: close" in request for request in raw.requests)


@pytest.mark.parametrize(
    "ending",
    [
        b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n",
        # More than its response: the rest must not be taken for the response to the next request.
        OK + b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged",
        b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + b"x" * 100_000,
    ],
    ids=["closes", "old version", "overflows", "too long"],
)
def test_a_connection_is_not_used_again(http: SafeHttp, ending: bytes) -> None:
    with host(ending, b"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n") as raw:
        assert post(http, raw).status == 200
        assert post(http, raw).status == 500
    assert raw.connections == 2


def test_a_request_that_meets_a_closing_connection_is_sent_again(http: SafeHttp) -> None:
    """The host closes it without an answer, as if it had been idle for too long."""
    with host(OK, b"") as raw:
        assert [post(http, raw).status for _ in range(2)] == [200, 200]
    assert (raw.connections, len(raw.requests)) == (2, 3)


def test_a_new_connection_that_is_closed_without_an_answer_is_a_failure(http: SafeHttp) -> None:
    with host(b"", OK) as raw:
        assert post(http, raw).status is None
    assert len(raw.requests) == 1


def test_an_old_connection_is_given_up(http: SafeHttp, monkeypatch: pytest.MonkeyPatch) -> None:
    """So a name that has moved is resolved again, and its address checked."""
    monkeypatch.setattr(open_connections, "LIFETIME", 0.0)
    with host() as raw:
        assert [post(http, raw).status for _ in range(2)] == [200, 200]
    assert raw.connections == 2
