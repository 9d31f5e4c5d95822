"""Compression of pages, style sheets, scripts and JSON with gzip. Feeds compress themselves, and keep the result.

A page contains secrets beside words that others chose, so its compressed length could be used to guess them (the BREACH attack). The
CSRF token is masked anew in each response (`csrf.masked`), every length is blurred by random padding, and the response to a form,
which may show a new key or link, is not compressed.
"""

import secrets
from functools import lru_cache
from gzip import GzipFile
from io import BytesIO
from string import ascii_letters

from flask import Response, request

from service.web.resources.feed_cache import WORTH_COMPRESSING, accepts_gzip

#: Measured on a queue page of 64 kB: 0.7 ms at this level; level 6 takes half as long again and saves a tenth.
LEVEL = 4
#: Random bytes of padding, at most, as in Django's GZipMiddleware ("Heal the BREACH").
MAX_PADDING = 100
_TYPES = frozenset({
    "text/html", "text/css", "text/javascript", "application/javascript", "application/json", "application/problem+json",
    "application/manifest+json", "image/svg+xml",
})  # fmt: skip


def compress(response: Response) -> Response:
    """Compress the response to a GET request, if its kind and length make that worthwhile and the client accepts it."""
    if request.method not in ("GET", "HEAD") or response.mimetype not in _TYPES or "Content-Encoding" in response.headers:
        return response
    response.vary.add("Accept-Encoding")
    if response.status_code not in (200, 304) or (response.is_streamed and not response.direct_passthrough):
        return response
    etag, _ = response.get_etag()
    if etag:
        # The compressed body is the same file in other bytes, so only a weak ETag is true of both.
        response.set_etag(etag, weak=True)
    if response.status_code == 200 and accepts_gzip(request.headers.get("Accept-Encoding", "")):
        _pack(response, etag)
    return response


def _pack(response: Response, etag: str | None) -> None:
    is_file = response.direct_passthrough
    response.direct_passthrough = False
    source = response.response
    body = response.get_data()
    if is_file and hasattr(source, "close"):
        source.close()
    if len(body) < WORTH_COMPRESSING:
        return
    response.set_data(_file_packed(etag, body) if is_file and etag else _packed(body, padding=secrets.randbelow(MAX_PADDING + 1)))
    response.headers["Content-Encoding"] = "gzip"
    response.headers.pop("Accept-Ranges", None)


@lru_cache(maxsize=100)
def _file_packed(_etag: str, body: bytes) -> bytes:
    """Our own static files hold no secret, so they are compressed once."""
    return _packed(body, padding=0)


def _packed(body: bytes, *, padding: int) -> bytes:
    """The padding is the name of the file in gzip's header, which every client ignores."""
    packed = BytesIO()
    name = "".join(secrets.choice(ascii_letters) for _ in range(padding))
    with GzipFile(filename=name, mode="wb", compresslevel=LEVEL, fileobj=packed, mtime=0) as file:
        file.write(body)
    return packed.getvalue()
