"""The request headers Idempotency-Key and Prefer."""

import re

from flask import Response, request

from service.domain.errors import Fault, Invalid
from service.web.resources.web_resources import resources

_IDEMPOTENCY_KEY = re.compile(r"[!-~]{1,255}", re.ASCII)
_WAIT = re.compile(r"\s*wait\s*=\s*\"?(\d{1,9})\"?\s*(;.*)?", re.ASCII | re.IGNORECASE)


def idempotency_key() -> str:
    """The Idempotency-Key; empty if there is none. Raises Invalid."""
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return ""
    if not well_formed(key):
        detail = "expected 1 to 255 visible ASCII characters"
        raise Invalid(f"Idempotency-Key: {detail}", Fault("header:Idempotency-Key", "format", detail))
    return key


def well_formed(key: str) -> bool:
    return _IDEMPOTENCY_KEY.fullmatch(key) is not None


def preferred_wait() -> int | None:
    """Whole seconds of `Prefer: wait=N` (RFC 7240), at most `max_wait` of the settings; None if it is not sent.

    A preference that cannot be parsed is ignored, as the RFC says.
    """
    for preference in ",".join(request.headers.getlist("Prefer")).split(","):
        if match := _WAIT.fullmatch(preference):
            return min(int(match[1]), int(resources().settings.max_wait))
    return None


def preference_applied(response: Response, seconds: int | None) -> Response:
    """Report the granted wait in Preference-Applied."""
    if seconds is not None:
        response.headers["Preference-Applied"] = f"wait={seconds}"
    return response
