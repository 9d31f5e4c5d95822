"""What the server tells the views through the WSGI environ, and its types."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

Environ = dict[str, Any]


Headers = list[tuple[str, str]]


Wsgi = Callable[..., Iterable[bytes]]


#: Under this name the environ says why there is no body. Then a `http.disconnect` may only mean that it broke off.
BODY_ERROR = "greenroom.unread"


#: Under this name the view says in the environ which thread it answered for, at which version, with which ETag.
FEED_KEY = "greenroom.feed"


#: Under this name the environ says that this very call was counted before Flask, with what the counter said.
RATE_COUNTED = "greenroom.counted"


#: Under this name it says whose key it came with, where that was looked up before.
CALLER = "greenroom.caller"


#: Under this name the environ tells the view what became of a submission that it need not make again.
SUBMIT_OUTCOME = "greenroom.outcome"
