"""Calls the ASGI service on its own event loop, as a WSGI application for werkzeug's test client."""

import asyncio
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any

from service.web.server.asgi import AsgiApp


class Front:
    """Answers one request at a time."""

    def __init__(self, served: AsgiApp) -> None:
        self._served = served

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        start, *rest = asyncio.run(asked(self._served, scope_of(environ), in_pieces(body)))
        headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in start["headers"]]
        start_response(f"{start['status']} {HTTPStatus(start['status']).phrase}", headers)
        return [message["body"] for message in rest]


async def asked(served: AsgiApp, scope: dict[str, Any], messages: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The messages that the service sends for this request. After `messages` the client stays connected but is silent."""
    coming, said = list(messages), []

    async def receive() -> dict[str, Any]:
        if not coming:
            await asyncio.Event().wait()
        return coming.pop(0)

    async def send(message: dict[str, Any]) -> None:
        said.append(message)

    await served(scope, receive, send)
    return said


def in_pieces(*pieces: bytes, more: bool = False) -> list[dict[str, Any]]:
    """A body message of the server. `more`: more is to follow."""
    last = len(pieces) - 1
    return [{"type": "http.request", "body": piece, "more_body": more or n < last} for n, piece in enumerate(pieces)]


def scope_of(environ: dict[str, Any]) -> dict[str, Any]:
    """The ASGI scope of a request."""
    headers = [
        (name.removeprefix("HTTP_").replace("_", "-").lower().encode(), value.encode("latin-1"))
        for name, value in environ.items()
        if name.startswith("HTTP_") or (name in ("CONTENT_TYPE", "CONTENT_LENGTH") and value)
    ]
    return {
        "type": "http", "http_version": "1.1", "scheme": "http", "method": environ["REQUEST_METHOD"], "headers": headers,
        "raw_path": environ["REQUEST_URI"].partition("?")[0].encode(), "query_string": environ["QUERY_STRING"].encode("latin-1"),
        "client": (environ.get("REMOTE_ADDR", ""), 50_000), "server": ("127.0.0.1", 8000),
    }  # fmt: skip
