"""Clients that send slowly, or open connections and do nothing, do not block others."""

import select
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.support.servers import wait_until
from tests.support.web_server import Web

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def web(database_url: str, tmp_path: Path) -> Iterator[Web]:
    with Web(tmp_path, DATABASE_URL=database_url, GREENROOM_WEB_THREADS="4", GREENROOM_CONNECTIONS_PER_IP="60") as web:
        yield web


def test_slow_bodies_hold_no_thread(web: Web) -> None:
    """Far more slow senders than server threads, and all other clients still get responses."""
    head = f"POST /sign-in HTTP/1.1\r\nHost: x\r\nOrigin: {web.url}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    with ExitStack() as held:
        for _ in range(48):
            line = held.enter_context(socket.create_connection(("127.0.0.1", web.port), timeout=60))
            line.sendall(f"{head}Content-Length: 500\r\n\r\nemail=a".encode())
        assert web.ready()
        assert b" 404 " in web.say(b"GET /f/none?thread=a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").splitlines()[0]
        whole = f"{head}Content-Length: 7\r\nConnection: close\r\n\r\nemail=a".encode()
        assert b" 503 " not in web.say(whole).splitlines()[0]


def test_connections_over_the_limit_of_their_address_are_closed_and_another_address_is_served(web: Web) -> None:
    with ExitStack() as held:
        # The oldest one, but its request is under way.
        slow = held.enter_context(socket.create_connection(("127.0.0.1", web.port), timeout=60))
        form = "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 7"
        slow.sendall(f"POST /sign-in HTTP/1.1\r\nHost: x\r\nOrigin: {web.url}\r\n{form}\r\n\r\nemail".encode())
        poll = select.poll()
        for words in (b"", b"G", b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n"):
            for _ in range(40):
                line = held.enter_context(socket.create_connection(("127.0.0.1", web.port), timeout=60))
                line.sendall(words)
                poll.register(line, select.POLLRDHUP)
        wait_until(lambda: len(poll.poll(0)) == 61, what="the surplus to be closed")
        neighbour = held.enter_context(
            socket.create_connection(("127.0.0.1", web.port), timeout=60, source_address=("127.0.0.2", 0))
        )
        neighbour.sendall(b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n")
        assert b" 200 " in neighbour.recv(65536).splitlines()[0]
        slow.sendall(b"=a")
        assert slow.recv(65536).startswith(b"HTTP/1.1 ")
