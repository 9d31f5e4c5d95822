"""Reads request bodies on the event loop, before a thread is needed, so that a slow client uses a few bytes but no thread."""

import asyncio
import io
from collections import Counter

from service.domain.errors import Invalid, Refusal, TooSlow, Unavailable
from service.web.auth.rate_limit import address_of
from service.web.http.environ_keys import BODY_ERROR, Environ
from service.web.http.json_body import MAX_BODY
from service.web.server.wsgi_adapter import Receive

#: Maximum bytes that are read; a view may set a lower limit. A body whose Content-Length is larger is not read at all.
MAX_READ = 3 * MAX_BODY + 1
#: Seconds that a body may take to arrive.
PATIENCE = 30.0
#: Maximum bytes of unfinished bodies that a process holds; one client address may use an eighth of them.
MAX_HELD_BYTES = 32 * 1024 * 1024


class BodyReader:
    """Reads bodies and counts the bytes of unfinished ones, by client address."""

    def __init__(self) -> None:
        self._held: Counter[str] = Counter()

    async def read(self, environ: Environ, receive: Receive) -> bytes | Refusal:
        """Read the whole body, at most `MAX_READ` bytes. If this fails, the Refusal is returned, not raised."""
        if environ.get("HTTP_TRANSFER_ENCODING", "chunked").lower() != "chunked":
            return Invalid.field("header:Transfer-Encoding", "encoding", "expected a body that is sent as it is, or chunked")
        length = _length(environ)
        if length == 0 or length > MAX_READ:
            return b""
        try:
            async with asyncio.timeout(PATIENCE):
                body, more = await _piece(receive)
                if more and len(body) != length:
                    body = await self._whole(body, length, receive, address_of(environ["REMOTE_ADDR"]))
        except TimeoutError:
            return TooSlow(f"the body of this request did not arrive within {PATIENCE:g} s; please send it again")
        except Refusal as refusal:
            return refusal
        return body if len(body) >= length else _incomplete()

    async def _whole(self, body: bytes, length: int, receive: Receive, address: str) -> bytes:
        """Read the rest of a body that starts with `body`. Raises Unavailable if this process holds too many unfinished bytes."""
        pieces, read, more = [body], len(body), True
        self._held[address] += read
        try:
            while more and read != length and read <= MAX_READ:
                if self._held.total() > MAX_HELD_BYTES or self._held[address] > MAX_HELD_BYTES // 8:
                    raise Unavailable("too many requests are being sent slowly at this moment; please send this again")
                piece, more = await _piece(receive)
                pieces.append(piece)
                read += len(piece)
                self._held[address] += len(piece)
        finally:
            self._held[address] -= read
            if not self._held[address]:
                del self._held[address]
        return b"".join(pieces)


def put(environ: Environ, body: bytes | Refusal) -> None:
    """Make this the request's body. A chunked body gets a Content-Length.

    If reading failed, set an empty body and keep the error under `BODY_ERROR`.
    """
    if isinstance(body, Refusal):
        environ[BODY_ERROR], body = body, b""
        environ["CONTENT_LENGTH"] = "0"
    environ["wsgi.input"] = io.BytesIO(body)
    if environ.pop("HTTP_TRANSFER_ENCODING", ""):
        environ["CONTENT_LENGTH"] = str(len(body))


def _length(environ: Environ) -> int:
    """The Content-Length in bytes; -1 for a chunked body."""
    if "HTTP_TRANSFER_ENCODING" in environ:
        return -1
    length = environ.get("CONTENT_LENGTH", "")
    return int(length) if length.isdecimal() else 0


async def _piece(receive: Receive) -> tuple[bytes, bool]:
    message = await receive()
    if message["type"] == "http.disconnect":
        raise _incomplete()
    return message.get("body", b""), message.get("more_body", False)


def _incomplete() -> Invalid:
    return Invalid.field("header:Content-Length", "incomplete", "expected the whole body; it ended early")
