"""Between ASGI, which the server speaks, and WSGI, which Flask speaks: a request as an environ, and Flask's answer from a thread."""

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

from service.web.http.environ_keys import BODY_ERROR, Environ, Headers, Wsgi

#: The same as they travel.
Raw = list[tuple[bytes, bytes]]
Scope = Mapping[str, Any]
Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

#: Bytes of an answer that are made before the first of them is sent. Longer ones travel as they are made.
AHEAD = 256 * 1024
#: Bytes of which the server gets so many at once. It takes a few pieces and then makes us wait until there is room for one more.
PIECE = 16 * 1024
#: Requests that wait for a thread or work in one at the same time, and the bytes of their bodies. More are told to come again. An
#: answer that is only being sent does neither: it has a thread for as long as it takes to make its next piece.
MAX_WAITING, MAX_WAITING_BYTES = 1024, 64 * 1024 * 1024
_ALWAYS: Environ = {
    "SCRIPT_NAME": "", "wsgi.version": (1, 0), "wsgi.errors": sys.stderr, "wsgi.multithread": True, "wsgi.multiprocess": False,
    "wsgi.run_once": False,
}  # fmt: skip
#: Headers of which the first counts.
_ONCE = frozenset({"CONTENT_TYPE", "CONTENT_LENGTH"})


@dataclass(frozen=True, slots=True)
class WsgiResponse:
    """A whole answer."""

    status: int
    headers: Raw
    body: bytes

    async def give(self, send: Send, *, more: bool = False) -> None:
        await send({"type": "http.response.start", "status": self.status, "headers": self.headers})
        await send({"type": "http.response.body", "body": self.body, "more_body": more})


def raw(headers: Iterable[tuple[str, str]]) -> Raw:
    """Headers as they travel."""
    return [(name.encode("latin-1"), value.encode("latin-1", "replace")) for name, value in headers]


def environ_of(scope: Scope) -> Environ:
    """A request as PEP 3333 has it, without its body. A header with `_` in its name, which could pass for another, is left out."""
    raw = scope["raw_path"]
    path, client, server = unquote_to_bytes(raw) if b"%" in raw else raw, scope.get("client"), scope.get("server")
    environ = {
        **_ALWAYS,
        "REQUEST_METHOD": scope["method"],
        "PATH_INFO": path.decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "wsgi.url_scheme": scope["scheme"],
        "REMOTE_ADDR": client[0] if client else "",
        "SERVER_NAME": server[0] if server else "",
        "SERVER_PORT": str(server[1]) if server else "",
    }
    for raw_name, raw_value in scope["headers"]:
        name, value = _variable(raw_name), raw_value.decode("latin-1")
        if name in environ:
            if name not in _ONCE:
                environ[name] += (";" if name == "HTTP_COOKIE" else ",") + value
        elif name:
            environ[name] = value
    environ.setdefault("HTTP_HOST", "")
    return environ


@lru_cache(maxsize=1_000)
def _variable(header: bytes) -> str:
    name = header.decode("latin-1").upper().replace("-", "_")
    if b"_" in header:
        return ""
    return name if name in _ONCE else f"HTTP_{name}"


class Give(Protocol):
    """Sends an answer; False where there is no room for it."""

    def __call__(self, environ: Environ, answer: WsgiResponse, send: Send, *, more: bool = False) -> Awaitable[bool]: ...


class WsgiThreads:
    """Runs a WSGI application in threads, which wait where the event loop may not."""

    def __init__(self, application: Wsgi, *, most: int, busy: Callable[[Environ], WsgiResponse], give: Give) -> None:
        self._application, self._give = application, give
        self._threads = ThreadPoolExecutor(most, thread_name_prefix="request")
        self._busy = busy
        self._inside = self._bytes = 0

    async def answer(self, environ: Environ, receive: Receive, send: Send, *, size: int = 0) -> None:
        """Answer a request whose body has so many bytes."""
        if self._inside >= MAX_WAITING or self._bytes + size > MAX_WAITING_BYTES:
            await self._busy(environ).give(send)
            return
        left, rest = asyncio.ensure_future(_gone(receive)), None
        # Flask's context moves with its request from thread to thread.
        in_thread = partial(self._in_thread, contextvars.copy_context())
        try:
            answer, rest = await in_thread(self._begun, environ, left, size=size)
            if not await self._give(environ, answer, send, more=rest is not None):
                await self._busy(environ).give(send)
            elif rest is not None:
                await _pass_on(rest, in_thread, left, send)
        finally:
            if rest is not None:
                await in_thread(rest.close)
            left.cancel()

    async def _in_thread(self, context: contextvars.Context, work: Callable[..., Any], *given: Any, size: int = 0) -> Any:
        """Do this in a thread of ours; it counts as long as it waits for one or works there."""
        self._inside, self._bytes = self._inside + 1, self._bytes + size
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, context.run, work, *given)
        finally:
            self._inside, self._bytes = self._inside - 1, self._bytes - size

    def _begun(self, environ: Environ, left: asyncio.Future[None]) -> tuple[WsgiResponse, Generator[bytes, None, None] | None]:
        """The answer; of a long one its beginning, and whoever makes the rest. For whom left before a thread was free nothing is done;
        but no request may end without an answer."""
        if left.done() and BODY_ERROR not in environ:
            return self._busy(environ), None
        said: list[tuple[str, Headers]] = []

        def start_response(status: str, headers: Headers, *_: Any) -> None:
            said.append((status, headers))

        pieces = self._application(environ, start_response)
        rest = _closing(pieces)
        body, ended = _ahead(rest)
        status, headers = said[-1]
        return WsgiResponse(int(status[:3]), raw(headers), body), None if ended else rest


def _ahead(rest: Iterable[bytes]) -> tuple[bytes, bool]:
    """The first pieces, and whether these are all."""
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
    """Send the rest as fast as it is taken, until it ends or nobody is there any more."""
    while not left.done() and (piece := await in_thread(next, rest, None)) is not None:
        await in_pieces(piece, send, more=True)
    await send({"type": "http.response.body", "body": b"", "more_body": False})


async def in_pieces(body: bytes, send: Send, *, more: bool) -> None:
    """Send this much of an answer, as fast as it is taken. `more`: there is more of it to come."""
    for start in range(0, len(body), PIECE):
        end = start + PIECE
        await send({"type": "http.response.body", "body": body[start:end], "more_body": more or end < len(body)})


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
