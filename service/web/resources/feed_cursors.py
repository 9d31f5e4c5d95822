"""Cursors of feeds: signed, so that only pages that some page leads to can be asked for.

A feed is public, and each cursor is a page of its own to render and to cache. With made-up ones anybody could ask for any number of
pages that nobody had asked for before.
"""

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass
from uuid import UUID

from service.domain.errors import Invalid
from service.store.comments.listing import Position

PATTERN = "^[A-Za-z0-9_-]{44}$"
_SIGNATURE = 9


@dataclass(frozen=True, slots=True)
class FeedCursors:
    """Makes and reads cursors, each for one thread."""

    key: bytes

    @classmethod
    def from_secret(cls, secret: str) -> "FeedCursors":
        return cls(hashlib.sha256(b"greenroom feed cursors:" + secret.encode()).digest())

    def encode(self, thread: UUID, place: Position) -> str:
        """The cursor of a position in this thread."""
        raw = place.packed()
        return base64.urlsafe_b64encode(raw + self._signature(thread, raw)).decode()

    def read(self, thread: UUID, cursor: str) -> Position:
        """The position of a cursor. Raises Invalid if it was not made here for this thread."""
        signed = base64.b64decode(cursor, altchars=b"-_") if re.fullmatch(PATTERN, cursor) else b""
        raw, signature = signed[:-_SIGNATURE], signed[-_SIGNATURE:]
        if not hmac.compare_digest(self._signature(thread, raw), signature):
            raise Invalid.field("query:after", "cursor", "expected a cursor as `next_cursor` of this thread gave it")
        return Position.unpacked(raw)

    def _signature(self, thread: UUID, raw: bytes) -> bytes:
        return hmac.digest(self.key, thread.bytes + raw, "sha256")[:_SIGNATURE]
