"""Bodies are collected before a thread is asked for anything: whoever sends slowly holds a few bytes, and nobody else up."""

import asyncio
import io
from collections import Counter

from service.domain.errors import Invalid, Refusal, TooSlow, Unavailable
from service.web.auth.rate_limit import address_of
from service.web.http.environ_keys import BODY_ERROR, Environ
from service.web.http.json_body import MAX_BODY
from service.web.server.wsgi_adapter import Receive

#: Most bytes that are read; each view has its own, lower limit or this one. A body that says it is longer is not read at all.
MAX_BODY = 3 * MAX_BODY + 1
#: Seconds that a body may take to arrive.
PATIENCE = 30.0
#: Most bytes of unfinished bodies that a process holds, and an eighth of them for one address.
MAX_HELD_BYTES = 32 * 1024 * 1024


class BodyReader:
    """The bodies that are on their way to this process."""

    def __init__(self) -> None:
        self._held: Counter[str] = Counter()

    async def read(self, environ: Environ, receive: Receive) -> bytes | Refusal:
        """The body, a little more than `LONGEST` of it at most; or why there is none. Half a body is none."""
        if environ.get("HTTP_TRANSFER_ENCODING", "chunked").lower() != "chunked":
            return Invalid.field("header:Transfer-Encoding", "encoding", "expected a body that is sent as it is, or chunked")
        length = _length(environ)
        if length == 0 or length > MAX_BODY:
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
        """The body that begins so, counted while it is unfinished. Raises Unavailable where too many are."""
        pieces, read, more = [body], len(body), True
        self._held[address] += read
        try:
            while more and read != length and read <= MAX_BODY:
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
    """Make this the request's body. One that came without a length has one now; in place of one that was not waited for, there is
    none, and the reason."""
    if isinstance(body, Refusal):
        environ[BODY_ERROR], body = body, b""
        environ["CONTENT_LENGTH"] = "0"
    environ["wsgi.input"] = io.BytesIO(body)
    if environ.pop("HTTP_TRANSFER_ENCODING", ""):
        environ["CONTENT_LENGTH"] = str(len(body))


def _length(environ: Environ) -> int:
    """Bytes that are announced; -1 where a body comes without saying how long it is."""
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
