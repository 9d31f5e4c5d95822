"""Verifying webhooks after Standard Webhooks 1.0."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Iterable, Mapping

from greenroom_client.errors import InvalidWebhook
from greenroom_client.shapes import Webhook

#: Most seconds between the timestamp of a webhook and now, before or after.
TOLERANCE = 300


def verify_webhook(
    body: bytes,
    headers: Mapping[str, str],
    secrets: str | Iterable[str],
    *,
    tolerance: float = TOLERANCE,
    now: float | None = None,
) -> Webhook:
    """The webhook in this request. Raises InvalidWebhook if it is not from Greenroom.

    `body` is the exact body, before it is parsed. `secrets` is the secret of the endpoint, or several while one is replaced.
    `now` is in seconds since 1970.
    """
    named = {name.lower(): value for name, value in headers.items()}
    try:
        message_id, at, signatures = (named[f"webhook-{name}"] for name in ("id", "timestamp", "signature"))
        age = abs((time.time() if now is None else now) - int(at))
    except KeyError as missing:
        raise InvalidWebhook(f"the request has no header {missing}") from None
    except (ValueError, OverflowError):
        raise InvalidWebhook("webhook-timestamp: expected whole seconds since 1970") from None
    if age > tolerance:
        raise InvalidWebhook(f"webhook-timestamp: expected at most {tolerance:g} seconds from now; check your clock")
    signed = f"{message_id}.{at}.".encode() + body
    expected = [_signature(secret, signed) for secret in ([secrets] if isinstance(secrets, str) else secrets)]
    # Compared as bytes: a header may hold characters beyond ASCII.
    if not any(hmac.compare_digest(found.encode("utf-8", "replace"), own) for found in signatures.split() for own in expected):
        raise InvalidWebhook("webhook-signature: no signature fits this body and secret")
    webhook: Webhook = json.loads(body)
    return webhook


def _signature(secret: str, signed: bytes) -> bytes:
    try:
        key = base64.b64decode(secret[len("whsec_") :] if secret.startswith("whsec_") else secret, validate=True)
    except ValueError:
        raise ValueError("secrets: expected the secret of an endpoint, which begins with whsec_") from None
    if not key:
        raise ValueError("secrets: expected the secret of an endpoint, not an empty one")
    return b"v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest())
