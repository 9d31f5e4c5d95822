"""CSRF protection: the Origin check, and the methods that change nothing."""

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


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
