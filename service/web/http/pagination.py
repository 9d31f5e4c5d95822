"""Cursors: the position at which a page ended, as an opaque string of 32 characters."""

import base64
import struct
from typing import Annotated, Any
from urllib.parse import urlencode

from flask import Response, request
from pydantic import BeforeValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from service.store.comments.listing import Position

PATTERN = "^[A-Za-z0-9_-]{32}$"


def encode(place: Position) -> str:
    """The cursor of a position."""
    return base64.urlsafe_b64encode(place.packed()).decode()


def _read(value: Any) -> Position:
    try:
        return Position.unpacked(base64.b64decode(value, altchars=b"-_", validate=True))
    except (ValueError, TypeError, struct.error):
        raise PydanticCustomError("cursor", "expected a cursor as `next_cursor` gave it") from None


#: The type of the query parameter `after`.
Cursor = Annotated[Position, BeforeValidator(_read), WithJsonSchema({"type": "string", "pattern": PATTERN})]


def link_next(response: Response, address: str, cursor: str) -> Response:
    """Add a `Link` header to the next page: this address and the same query, with another `after`."""
    query = urlencode({**request.args.to_dict(), "after": cursor})
    response.headers["Link"] = f'<{address}?{query}>; rel="next"'
    return response
