"""Adapter from ASGI (the server) to WSGI (Flask): turns a request into an environ and runs Flask in a thread pool."""

from __future__ import annotations

import asyncio
import contextvars
import sys
from collections.abc import Awaitable, Callable, Generator, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any, Protocol
from urllib.parse import unquote_to_bytes

from service.web.http.environ_keys import BODY_ERROR, HEADER_BYTES, RAW_PATH, Environ, Headers, Wsgi

#: Headers as ASGI has them: pairs of bytes.
Raw = list[tuple[bytes, bytes]]
Scope = Mapping[str, Any]
Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

#: A response up to this many bytes is complete before its first byte is sent. A longer response is streamed.
AHEAD = 256 * 1024
#: The number of bytes that are handed to the server at once. The server buffers a few such pieces, and then makes us wait
#: (back-pressure).
PIECE = 16 * 1024
#: Maximum number of requests that wait for a thread or run in a thread, and maximum bytes of their bodies. Any further request
#: gets the "busy" response. A streamed response counts only while a thread makes its next piece, not while it is sent.
MAX_WAITING, MAX_WAITING_BYTES = 1024, 64 * 1024 * 1024
_ALWAYS: Environ = {
    "SCRIPT_NAME": "", "wsgi.version": (1, 0), "wsgi.errors": sys.stderr, "wsgi.multithread": True, "wsgi.multiprocess": False,
    "wsgi.run_once": False,
}  # fmt: skip
#: Headers of which only the first value counts.
_ONCE = frozenset({"CONTENT_TYPE", "CONTENT_LENGTH"})
#: Maximum bytes of a header name whose variable is cached: callers choose the names.
_LONGEST_CACHED_NAME = 64


@dataclass(frozen=True, slots=True)
class WsgiResponse:
    """A response, or the beginning of a streamed one."""

    status: int
    headers: Raw
    body: bytes

    async def give(self, send: Send, *, more: bool = False) -> None:
        await send({"type": "http.response.start", "status": self.status, "headers": self.headers})
        await send({"type": "http.response.body", "body": self.body, "more_body": more})


def raw(headers: Iterable[tuple[str, str]]) -> Raw:
    """Headers as pairs of bytes."""
    return [(name.encode("latin-1"), value.encode("latin-1", "replace")) for name, value in headers]


def environ_of(scope: Scope) -> Environ:
    """The WSGI environ (PEP 3333) without the body. Headers with `_` in their name are dropped, because they could imitate a
    header with `-`."""
    raw = scope["raw_path"]
    path, client, server = unquote_to_bytes(raw) if b"%" in raw else raw, scope.get("client"), scope.get("server")
    environ = {
        **_ALWAYS,
        "REQUEST_METHOD": scope["method"],
        "PATH_INFO": path.decode("latin-1"),
        RAW_PATH: raw.decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "wsgi.url_scheme": scope["scheme"],
        "REMOTE_ADDR": client[0] if client else "",
        "SERVER_NAME": server[0] if server else "",
        "SERVER_PORT": str(server[1]) if server else "",
    }
    size = 0
    for raw_name, raw_value in scope["headers"]:
        size += len(raw_name) + len(raw_value)
        variable = _cached_variable if len(raw_name) <= _LONGEST_CACHED_NAME else _variable
        name, value = variable(raw_name), raw_value.decode("latin-1")
        if name in environ:
            if name not in _ONCE:
                environ[name] += (";" if name == "HTTP_COOKIE" else ",") + value
        elif name:
            environ[name] = value
    environ.setdefault("HTTP_HOST", "")
    environ[HEADER_BYTES] = size
    return environ


def _variable(header: bytes) -> str:
    name = header.decode("latin-1").upper().replace("-", "_")
    if b"_" in header:
        return ""
    return name if name in _ONCE else f"HTTP_{name}"


_cached_variable = lru_cache(maxsize=1_000)(_variable)


class SendResponse(Protocol):
    """Sends a response. False if there is no room for it."""

    def __call__(self, environ: Environ, answer: WsgiResponse, send: Send, *, more: bool = False) -> Awaitable[bool]: ...


class WsgiThreads:
    """Runs a WSGI application in a thread pool, so that it does not block the event loop."""

    def __init__(self, application: Wsgi, *, most: int, busy: Callable[[Environ], WsgiResponse], give: SendResponse) -> None:
        self._application, self._give = application, give
        self._threads = ThreadPoolExecutor(most, thread_name_prefix="request")
        self._busy = busy
        self._inside = self._bytes = 0

    async def respond(self, environ: Environ, receive: Receive, send: Send, *, size: int = 0) -> None:
        """Answer a request. `size`: the bytes of its body."""
        if self._inside >= MAX_WAITING or self._bytes + size > MAX_WAITING_BYTES:
            await self._busy(environ).give(send)
            return
        left, rest = asyncio.ensure_future(_wait_for_disconnect(receive)), None
        # Flask's context variables must follow the request from thread to thread.
        in_thread = partial(self._in_thread, contextvars.copy_context())
        try:
            answer, rest = await in_thread(self._start, environ, left, size=size)
            if not await self._give(environ, answer, send, more=rest is not None):
                await self._busy(environ).give(send)
            elif rest is not None:
                await _pass_on(rest, in_thread, left, send)
        finally:
            if rest is not None:
                await in_thread(rest.close)
            left.cancel()

    async def _in_thread(self, context: contextvars.Context, work: Callable[..., Any], *given: Any, size: int = 0) -> Any:
        """Run `work` in the thread pool. Counted while it waits for a thread and while it runs."""
        self._inside, self._bytes = self._inside + 1, self._bytes + size
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, context.run, work, *given)
        finally:
            self._inside, self._bytes = self._inside - 1, self._bytes - size

    def _start(self, environ: Environ, left: asyncio.Future[None]) -> tuple[WsgiResponse, Generator[bytes, None, None] | None]:
        """The response, or the beginning of a long one and a generator for the rest.

        If the client disconnected while the request waited for a thread, the work is skipped, but a response is still returned.
        """
        if left.done() and BODY_ERROR not in environ:
            return self._busy(environ), None
        started: list[tuple[str, Headers]] = []

        def start_response(status: str, headers: Headers, *_: Any) -> None:
            started.append((status, headers))

        pieces = self._application(environ, start_response)
        rest = _closing(pieces)
        body, ended = _ahead(rest)
        status, headers = started[-1]
        return WsgiResponse(int(status[:3]), raw(headers), body), None if ended else rest


def _ahead(rest: Iterable[bytes]) -> tuple[bytes, bool]:
    """The first pieces, and True if there are no more."""
    pieces, long = [], 0
    for piece in rest:
        pieces.append(piece)
        long += len(piece)
        if long > AHEAD:
            return b"".join(pieces), False
    return b"".join(pieces), True


def _closing(pieces: Iterable[bytes]) -> Generator[bytes, None, None]:
    try:
        yield from pieces
    finally:
        if close := getattr(pieces, "close", None):
            close()


async def _pass_on(
    rest: Generator[bytes, None, None], in_thread: Callable[..., Awaitable[Any]], left: asyncio.Future[None], send: Send
) -> None:
    """Stream the rest with back-pressure, until it ends or the client disconnects."""
    while not left.done() and (piece := await in_thread(next, rest, None)) is not None:
        await in_pieces(piece, send, more=True)
    await send({"type": "http.response.body", "body": b"", "more_body": False})


async def in_pieces(body: bytes, send: Send, *, more: bool) -> None:
    """Send a part of a body with back-pressure. `more`: another part follows."""
    for start in range(0, len(body), PIECE):
        end = start + PIECE
        await send({"type": "http.response.body", "body": body[start:end], "more_body": more or end < len(body)})


async def _wait_for_disconnect(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
