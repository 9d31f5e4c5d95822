"""Whoever sends a body slowly keeps nobody else out."""

import select
import socket
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.servers import wait_until
from tests.web.serving import Web

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def web(database_url: str, tmp_path: Path) -> Iterator[Web]:
    with Web(tmp_path, DATABASE_URL=database_url, GREENROOM_WEB_THREADS="32") as web:
        yield web


def test_slow_bodies_leave_threads_for_the_others(web: Web) -> None:
    """More of them than the server has threads. Half of the threads wait, the others are told so, and pages go on."""
    head = f"POST /sign-in HTTP/1.1\r\nHost: x\r\nOrigin: {web.url}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    slow = []
    try:
        for _ in range(48):
            line = socket.create_connection(("127.0.0.1", web.port), timeout=60)
            line.sendall(f"{head}Content-Length: 500\r\n\r\nemail=a".encode())
            slow.append(line)
        refused: set[socket.socket] = set()

        def told() -> int:
            """How many were told so by now. An answer that comes before the whole body was read may be lost to the reset behind it."""
            for line in select.select([line for line in slow if line not in refused], [], [], 0.1)[0]:
                with suppress(ConnectionResetError):
                    assert b" 503 " in line.recv(4096).splitlines()[0]
                refused.add(line)
            return len(refused)

        wait_until(lambda: told() >= 48 - 16, what="all but half of the threads being told so")
        assert web.ready()
        assert b" 404 " in web.say(b"GET /f/none?thread=a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").splitlines()[0]
    finally:
        for line in slow:
            line.close()
    whole = f"{head}Content-Length: 7\r\nConnection: close\r\n\r\nemail=a".encode()
    wait_until(lambda: b" 503 " not in web.say(whole).splitlines()[0], what="the places to be free again")
