"""CSRF protection: the Origin check, the token of each form, and the methods that change nothing."""

import binascii
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hmac import compare_digest
from urllib.parse import urlsplit

from flask import request

from service.web.auth.api_keys import Forbidden
from service.web.resources.web_resources import resources

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def check_origin() -> None:
    """Raise Forbidden if a page of another origin sent this form."""
    if request.method in SAFE_METHODS:
        return
    settings, origin = resources().settings, request.headers.get("Origin", "")
    ours = {_origin(settings.url)}
    if not settings.public_url:
        # If no public URL is set, the machine may be reached under several names. Then an Origin that matches the Host header is
        # enough.
        ours.add(f"{request.scheme}://{request.host}")
    if origin not in ours:
        raise Forbidden(f"this form was sent from {origin or 'a page without an origin'}; expected {' or '.join(sorted(ours))}")


def masked(token: str) -> str:
    """The token as a page contains it: different in each response, so that the length of compressed pages tells nothing about
    it."""
    mask = secrets.token_bytes(len(token))
    return urlsafe_b64encode(mask + _xor(mask, token.encode())).decode()


def is_token(sent: str, token: str) -> bool:
    """Whether a form sent this token, as `masked` wrote it."""
    try:
        both = urlsafe_b64decode(sent.encode())
    except (binascii.Error, UnicodeEncodeError):
        return False
    half = len(both) // 2
    return compare_digest(_xor(both[:half], both[half:]), token.encode())


def _xor(one: bytes, other: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(one, other, strict=False))


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
