"""Clients that send a body slowly do not block others."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.support.web_server import Web

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def web(database_url: str, tmp_path: Path) -> Iterator[Web]:
    with Web(tmp_path, DATABASE_URL=database_url, GREENROOM_WEB_THREADS="4") as web:
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
