"""Responses that clients do not read are limited in bytes, and hold no thread."""

import asyncio
from collections.abc import Iterable
from typing import Any

import pytest

from service.web.server import response_sender, wsgi_adapter
from service.web.server.response_sender import ResponseSender
from service.web.server.wsgi_adapter import WsgiResponse, WsgiThreads, environ_of
from tests.web.server.test_wsgi_adapter import SCOPE


class Reader:
    """A client that reads only once it is told to."""

    def __init__(self) -> None:
        self.reads, self.taken = asyncio.Event(), []

    async def send(self, message: dict[str, Any]) -> None:
        if "body" in message:
            await self.reads.wait()
        self.taken.append(message)

    @property
    def body(self) -> bytes:
        return b"".join(message["body"] for message in self.taken if "body" in message)


async def stays() -> dict[str, Any]:
    await asyncio.Event().wait()
    raise AssertionError


def answering(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    start_response("200 OK", [])
    return [b"x" * 1_000] * 300 if environ["PATH_INFO"] == "/long" else [b"short"]


def busy(_: dict[str, Any]) -> WsgiResponse:
    return WsgiResponse(503, [], b"come again")


def environ(path: str = "/long", address: str = "192.0.2.1") -> dict[str, Any]:
    return environ_of(SCOPE | {"raw_path": path.encode(), "client": (address, 1)})


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wsgi_adapter, "AHEAD", 100_000)
    monkeypatch.setattr(wsgi_adapter, "MAX_WAITING", 1)
    monkeypatch.setattr(response_sender, "MOST_UNSENT", 1_000_000)


def test_an_answer_that_nobody_takes_is_no_work() -> None:
    async def both() -> tuple[bytes, bytes]:
        threads, slow, other = WsgiThreads(answering, most=1, busy=busy, give=ResponseSender().send), Reader(), Reader()
        waits = asyncio.create_task(threads.respond(environ(), stays, slow.send))
        while not slow.taken:
            await asyncio.sleep(0)
        other.reads.set()
        await threads.respond(environ("/"), stays, other.send)
        slow.reads.set()
        await waits
        return slow.body, other.body

    assert asyncio.run(both()) == (b"x" * 300_000, b"short")


def test_long_answers_travel_in_pieces_and_those_that_wait_are_bounded_for_one_address() -> None:
    async def many() -> None:
        out, answer, readers = ResponseSender(), WsgiResponse(200, [], b"x" * 100_000), [Reader() for _ in range(4)]
        # 250,000 bytes for one address. Another address still has room, and so have short responses.
        waiting = [asyncio.create_task(out.send(environ(), answer, reader.send)) for reader in readers[:2]]
        await asyncio.sleep(0)
        assert not await out.send(environ(), answer, readers[2].send)
        assert readers[2].taken == []
        waiting.append(asyncio.create_task(out.send(environ(address="192.0.2.2"), answer, readers[3].send)))
        for reader in readers:
            reader.reads.set()
        assert await out.send(environ(), WsgiResponse(200, [], b"short"), readers[2].send)
        assert await asyncio.gather(*waiting) == [True] * 3
        assert await out.send(environ(), answer, readers[2].send)
        assert [len(reader.body) for reader in readers] == [100_000, 100_000, 100_005, 100_000]
        pieces = [message for message in readers[0].taken if "body" in message]
        assert max(len(piece["body"]) for piece in pieces) <= wsgi_adapter.PIECE
        assert [piece["more_body"] for piece in pieces] == [True] * (len(pieces) - 1) + [False]

    asyncio.run(many())
