"""Sends long responses in pieces, with back-pressure, so that a response that the client does not read holds little memory."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from service.web.auth.rate_limit import address_of
from service.web.http.environ_keys import Environ
from service.web.server.wsgi_adapter import Send, WsgiResponse, in_pieces

#: Responses up to this many bytes are handed to the server in one piece.
SHORT = 64 * 1024
#: Maximum unsent bytes of long responses in a process; one client address may use a quarter of them.
MOST_UNSENT = 128 * 1024 * 1024


class ResponseSender:
    """Counts the unsent bytes of long responses. Short ones need no count: the number of connections limits them."""

    def __init__(self) -> None:
        self._unsent: Counter[str] = Counter()

    async def send(self, environ: Environ, answer: WsgiResponse, send: Send, *, more: bool = False) -> bool:
        """Send a whole response, or its beginning if `more`. False if there is no room for it; then nothing was sent."""
        size = len(answer.body)
        if size <= SHORT:
            await answer.give(send, more=more)
            return True
        address = address_of(environ["REMOTE_ADDR"])
        if not self._has_room(address, size):
            return False
        with self._counted(address, size):
            await send({"type": "http.response.start", "status": answer.status, "headers": answer.headers})
            await in_pieces(answer.body, send, more=more)
        return True

    def _has_room(self, address: str, size: int) -> bool:
        """True if this many more bytes may wait to be sent to this address. An address without unsent bytes always has room, so
        that other clients cannot lock it out."""
        held = self._unsent[address]
        return not held or (held + size <= MOST_UNSENT // 4 and self._unsent.total() + size <= MOST_UNSENT)

    @contextmanager
    def _counted(self, address: str, size: int) -> Iterator[None]:
        self._unsent[address] += size
        try:
            yield
        finally:
            self._unsent[address] -= size
            if not self._unsent[address]:
                del self._unsent[address]
