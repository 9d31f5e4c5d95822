"""The WSGI adapter passes requests and responses between the server and Flask unchanged."""

import asyncio
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask, Response, request, stream_with_context

from service.web.server import wsgi_adapter
from service.web.server.response_sender import ResponseSender
from service.web.server.wsgi_adapter import WsgiResponse, WsgiThreads, environ_of

SCOPE: dict[str, Any] = {
    "http_version": "1.1", "scheme": "http", "method": "GET", "raw_path": b"/a%C3%BC%FF/b%2Fc", "query_string": b"q=%41", "client": ("2001:db8::1", 5),
    "server": ("127.0.0.1", 80), "headers": [],
}  # fmt: skip


def test_a_request_reads_the_same() -> None:
    headers = [
        (b"host", b"x.example"), (b"content-type", b"text/a"), (b"content-type", b"text/b"), (b"accept", b"a"), (b"accept", b"b"), (b"cookie", b"c=1"),
        (b"cookie", b"d=2"), (b"x-name", "ü".encode()), (b"x_forwarded_for", b"10.0.0.1"), (b"x-forwarded-for", b"10.0.0.2"),
    ]  # fmt: skip
    environ = environ_of(SCOPE | {"headers": headers})
    seen = {name: value for name, value in environ.items() if not name.startswith("wsgi")}
    assert seen == {
        "SCRIPT_NAME": "", "REQUEST_METHOD": "GET", "RAW_URI": "/a%C3%BC%FF/b%2Fc", "greenroom.header_bytes": 135, "PATH_INFO": b"/a\xc3\xbc\xff/b/c".decode("latin-1"), "QUERY_STRING": "q=%41",
        "SERVER_PROTOCOL": "HTTP/1.1", "SERVER_NAME": "127.0.0.1", "SERVER_PORT": "80", "REMOTE_ADDR": "2001:db8::1", "HTTP_HOST": "x.example",
        "CONTENT_TYPE": "text/a", "HTTP_ACCEPT": "a,b", "HTTP_COOKIE": "c=1;d=2", "HTTP_X_NAME": "ü".encode().decode("latin-1"), "HTTP_X_FORWARDED_FOR": "10.0.0.2",
    }  # fmt: skip


def _busy(_: dict[str, Any]) -> WsgiResponse:
    return WsgiResponse(503, [], b"come again")


class Streaming:
    """An application with one long response, and a record of its outcome."""

    def __init__(self) -> None:
        self.made, self.closed = 0, False
        self.app = Flask("streaming")
        self.app.add_url_rule("/long", view_func=lambda: Response(stream_with_context(self._pieces()), mimetype="text/csv"))

    def _pieces(self) -> Iterator[str]:
        try:
            for _ in range(100):
                self.made += 1
                yield f"{request.path}\n" * 10
        finally:
            self.closed = True

    def read(self, *, leaves_after: int = 1_000) -> list[dict[str, Any]]:
        said: list[dict[str, Any]] = []
        gone = asyncio.Event()

        async def receive() -> dict[str, Any]:
            await gone.wait()
            return {"type": "http.disconnect"}

        async def send(message: dict[str, Any]) -> None:
            said.append(message)
            if len(said) == leaves_after:
                gone.set()

        environ = environ_of(SCOPE | {"raw_path": b"/long"})
        asyncio.run(WsgiThreads(self.app, most=3, busy=_busy, give=ResponseSender().send).respond(environ, receive, send))
        return said


def test_a_long_answer_travels_while_it_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wsgi_adapter, "AHEAD", 200)
    streaming = Streaming()
    start, *pieces = streaming.read()
    assert b"".join(piece["body"] for piece in pieces) == b"/long\n" * 1_000
    assert (start["status"], len(pieces) > 90, [piece["more_body"] for piece in pieces].index(False)) == (
        200,
        True,
        len(pieces) - 1,
    )


def test_nothing_is_made_for_somebody_who_has_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wsgi_adapter, "AHEAD", 200)
    streaming = Streaming()
    streaming.read(leaves_after=10)
    assert (streaming.made < 50, streaming.closed) == (True, True)


class Slow:
    """An application whose requests block until they are released, and the number of started requests."""

    def __init__(self) -> None:
        self.begun, self.go = 0, threading.Event()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> list[bytes]:
        self.begun += 1
        self.go.wait(60)
        start_response("200 OK", [])
        return [b"done"]


def test_more_requests_than_threads_come_to_are_told_to_come_again_and_who_left_is_forgotten(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(wsgi_adapter, "MAX_WAITING", 3)
    slow, gone, said = Slow(), asyncio.Event(), []
    threads = WsgiThreads(slow, most=1, busy=_busy, give=ResponseSender().send)

    async def receive() -> dict[str, Any]:
        await gone.wait()
        return {"type": "http.disconnect"}

    async def stays() -> dict[str, Any]:
        await asyncio.Event().wait()
        raise AssertionError

    async def send(message: dict[str, Any]) -> None:
        if "body" in message:
            said.append(message["body"])

    async def all_of_them() -> None:
        first = asyncio.create_task(threads.respond(environ_of(SCOPE), stays, send))
        others = [asyncio.create_task(threads.respond(environ_of(SCOPE), receive, send)) for _ in range(2)]
        await asyncio.sleep(0)
        await threads.respond(environ_of(SCOPE), stays, send)
        monkeypatch.setattr(wsgi_adapter, "MAX_WAITING", 9)
        await threads.respond(environ_of(SCOPE), stays, send, size=wsgi_adapter.MAX_WAITING_BYTES + 1)
        assert said == [b"come again"] * 2
        gone.set()
        await asyncio.sleep(0)
        slow.go.set()
        await asyncio.gather(first, *others)
        await threads.respond(environ_of(SCOPE) | {wsgi_adapter.BODY_ERROR: "its body broke off"}, receive, send)

    asyncio.run(all_of_them())
    assert (sorted(said), slow.begun) == ([b"come again"] * 4 + [b"done"] * 2, 2)
