"""Requests to Greenroom by urllib, repeated with growing pauses where that is safe."""

from __future__ import annotations

import http.client
import json
import random
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any

from greenroom_client.errors import GreenroomError, NoAnswer, Refused

#: The first pause is up to this long, and each further one up to twice as long, at most LONGEST_PAUSE.
FIRST_PAUSE, LONGEST_PAUSE = 0.25, 8.0
#: Answers after which the same request may succeed.
_PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})
#: Answers after which nothing has happened, so that any request may be sent again.
_UNTOUCHED = frozenset({408, 425, 429})


@dataclass(frozen=True)
class Transport:
    """How to reach one Greenroom. `timeout`: seconds for one try. `patience`: seconds for all tries together."""

    url: str
    key: str
    timeout: float
    patience: float

    def ask(
        self, method: str, path: str, body: object = None, *, headers: Mapping[str, str] | None = None, repeatable: bool
    ) -> Any:
        """The JSON of the answer. Raises Refused or NoAnswer.

        `repeatable`: the request has the same effect if it arrives twice, so it is sent again also when its answer was lost.
        """
        until = time.monotonic() + self.patience
        tries = 0
        while True:
            try:
                return self._try(method, path, body, headers or {})
            except (Refused, NoAnswer) as error:
                pause = max(_pause(tries), getattr(error, "retry_after", None) or 0)
                if not _may_pass(error, repeatable=repeatable) or time.monotonic() + pause > until:
                    raise
            time.sleep(pause)
            tries += 1

    def _try(self, method: str, path: str, body: object, headers: Mapping[str, str]) -> Any:
        sent = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, sent, {"Accept": "application/json", **headers}, method=method)  # noqa: S310 - the client accepts http and https only
        request.add_header("Authorization", f"Bearer {self.key}")
        if sent is not None:
            request.add_header("Content-Type", "application/json")
        try:
            with _OPENER.open(request, timeout=self.timeout) as response:
                return json.loads(response.read() or b"null")
        except urllib.error.HTTPError as error:
            raise _refusal(error) from None
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise NoAnswer(f"{self.url} did not answer: {error}") from error


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """Follows no redirect: it would carry the key to another host, and make a GET of a POST."""

    def redirect_request(self, *_: Any) -> None:
        return None


_OPENER = urllib.request.build_opener(_NoRedirects)


def _refusal(error: urllib.error.HTTPError) -> GreenroomError:
    with error:
        try:
            body = error.read()
        except (OSError, http.client.HTTPException):
            body = b""
        return Refused.read(error.code, body, _seconds(error.headers.get("Retry-After")))


def _may_pass(error: GreenroomError, *, repeatable: bool) -> bool:
    if not isinstance(error, Refused):
        return repeatable
    return error.status in _UNTOUCHED or (repeatable and (error.status in _PASSING or error.code == "in_progress"))


def _pause(tries: int) -> float:
    """Seconds to wait: random, so that many clients do not come back at once."""
    return random.uniform(0, min(LONGEST_PAUSE, FIRST_PAUSE * 2**tries))


def _seconds(retry_after: str | None) -> float | None:
    """Seconds of a Retry-After header, which is a number or a date."""
    if not retry_after:
        return None
    if retry_after.strip().isdigit():
        return float(retry_after)
    try:
        return max(0.0, parsedate_to_datetime(retry_after).timestamp() - time.time())
    except (TypeError, ValueError):
        return None
