"""Keys of the WSGI environ by which the ASGI server and the views pass data, and the types of WSGI."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

Environ = dict[str, Any]


Headers = list[tuple[str, str]]


Wsgi = Callable[..., Iterable[bytes]]


#: Holds the Refusal if the body could not be read. In that case an `http.disconnect` may only mean that the body ended early.
BODY_ERROR = "greenroom.unread"


#: The path as it was sent, percent-encoded. Several WSGI servers use this key; some give the query string along.
RAW_PATH = "RAW_URI"


#: The path below which Greenroom is served, if it is not the root. Set once it is taken off the path of the request.
SUB_PATH = "greenroom.sub_path"


#: The bytes of all header names and values, if the server has counted them.
HEADER_BYTES = "greenroom.header_bytes"


#: The CachedResponse of a feed, set by the view: its thread, its version and its ETag.
FEED_KEY = "greenroom.feed"


#: `(used, reset)`, set if a fast path has already counted this request against the rate limit.
RATE_COUNTED = "greenroom.counted"


#: The holder of the API key, set if a fast path has already looked it up.
CALLER = "greenroom.caller"


#: The outcome of the submission, set if the fast path has already submitted it.
SUBMIT_OUTCOME = "greenroom.outcome"
