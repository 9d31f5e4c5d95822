"""The attacking clients. Each runs in a process of its own, so that it does not slow down the probe."""

import asyncio
import json
import socket
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime

from service.domain.ids import new_id
from service.store.comments.listing import Position
from service.web.http.pagination import encode

_BEGUN = "begun"


def repeat(port: int, words: str, connections: int) -> None:
    """Send the same bytes again and again on each connection, as soon as the answer has come."""
    asyncio.run(_all(connections, lambda _: words.encode("latin-1"), port))


def cursors(port: int, path: str, connections: int) -> None:
    """Ask for pages after made-up cursors."""
    asyncio.run(_all(connections, lambda _: f"GET {path}&after={_cursor()} HTTP/1.1\r\nHost: x\r\n\r\n".encode(), port))


def open_and_wait(port: int, words: str, connections: int) -> None:
    """Open connections, send these bytes on each, and do nothing more."""
    lines = [_open(port, words.encode()) for _ in range(connections)]
    print(_BEGUN, len(lines), flush=True)
    time.sleep(3600)


def _cursor() -> str:
    return encode(Position(datetime.fromtimestamp(1_700_000_000 + time.monotonic(), UTC), new_id()))


def _open(port: int, words: bytes) -> socket.socket:
    line = socket.socket()
    line.setblocking(False)
    line.connect_ex(("127.0.0.1", port))
    line.settimeout(30)
    try:
        line.sendall(words)
    except OSError:
        line.close()
    return line


async def _all(connections: int, words: Callable[[int], bytes], port: int) -> None:
    print(_BEGUN, flush=True)
    await asyncio.gather(*(_again(port, words) for _ in range(connections)))


async def _again(port: int, words: Callable[[int], bytes]) -> None:
    while True:
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            while True:
                writer.write(words(0))
                await _answer(reader)
        except (OSError, asyncio.IncompleteReadError, ValueError):
            await asyncio.sleep(0.01)


async def _answer(reader: asyncio.StreamReader) -> None:
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    if b"content-length:" in head:
        await reader.readexactly(int(head.partition(b"content-length:")[2].partition(b"\r\n")[0]))
    elif b"transfer-encoding: chunked" in head:
        while size := int(await reader.readline(), 16):
            await reader.readexactly(size + 2)
        await reader.readline()


if __name__ == "__main__":
    {"repeat": repeat, "cursors": cursors, "open_and_wait": open_and_wait}[sys.argv[1]](*json.loads(sys.argv[2]))
