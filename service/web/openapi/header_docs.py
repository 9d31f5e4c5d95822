"""Descriptions of request and response headers for the API document."""

from collections.abc import Mapping
from typing import Any

_TEXT: Mapping[str, Any] = {"type": "string"}
_SECONDS: Mapping[str, Any] = {"type": "string", "pattern": "^[0-9]+$"}

#: Headers of requests.
SENT: Mapping[str, Mapping[str, Any]] = {
    "Idempotency-Key": {
        "description": "Any word of your own. The same key with the same body gets the same answer for 24 hours.",
        "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
    },
    "Prefer": {
        "description": "`wait=N` waits up to N seconds for the verdict (RFC 7240), at most 10.",
        "schema": _TEXT,
        "example": "wait=5",
    },
    "If-None-Match": {"description": "The ETag that you have.", "schema": _TEXT},
}

#: Headers of responses.
ANSWERED: Mapping[str, Mapping[str, Any]] = {
    "X-Request-Id": {
        "description": "The id of this request, in our logs too; yours where you sent a UUID.",
        "schema": {"type": "string", "format": "uuid"},
    },
    "RateLimit": {"description": "What is left of the quota, and seconds until it is renewed (draft 11).", "schema": _TEXT},
    "RateLimit-Policy": {"description": "The quota and its window in seconds.", "schema": _TEXT},
    "Retry-After": {"description": "Seconds after which to try again.", "schema": _SECONDS},
    "Location": {"description": "The address of what was made.", "schema": _TEXT},
    "Idempotent-Replayed": {
        "description": "This is the answer to an earlier request.",
        "schema": {"type": "string", "enum": ["true"]},
    },
    "Preference-Applied": {"description": "The wait that was granted.", "schema": {"type": "string", "pattern": "^wait=[0-9]+$"}},
    "Link": {"description": 'The next page: `rel="next"`.', "schema": _TEXT},
    "ETag": {"description": "Names this version of the page.", "schema": _TEXT},
    "Vary": {"description": "What the answer depends on.", "schema": _TEXT},
    "WWW-Authenticate": {"description": "How to say who you are.", "schema": _TEXT},
    "Access-Control-Allow-Origin": {"description": "The origin of yours that asked.", "schema": _TEXT},
    "X-akismet-guid": {"description": "The id of the comment.", "schema": {"type": "string", "format": "uuid"}},
    "X-akismet-recheck-after": {
        "description": "A person has yet to decide. A client that knows this header keeps the comment back for so many seconds.",
        "schema": _SECONDS,
    },
    "X-akismet-pro-tip": {"description": "`discard` for blatant spam.", "schema": {"type": "string", "enum": ["discard"]}},
}


def header(explained: Mapping[str, Any], *, required: bool) -> dict[str, Any]:
    return {**explained, "required": required}
