"""Limits of a request's headers, applied before anything parses them."""

from service.domain.errors import Fault, HeadersTooLarge
from service.web.http.environ_keys import HEADER_BYTES, Environ

#: Maximum bytes of the names and values of all headers together.
MAX_HEADERS = 16 * 1024
#: Maximum bytes of a header that is parsed. Parsing costs up to 3 µs a byte, and holds the GIL.
MAX_PARSED = 1024
#: The headers that this process parses with more than a comparison. A cookie may be long: it is only split.
_PARSED = (
    "HTTP_ACCEPT", "HTTP_ACCEPT_ENCODING", "HTTP_ACCEPT_LANGUAGE", "HTTP_CACHE_CONTROL", "HTTP_FORWARDED", "HTTP_HOST",
    "HTTP_IF_MATCH", "HTTP_IF_MODIFIED_SINCE", "HTTP_IF_NONE_MATCH", "HTTP_IF_RANGE", "HTTP_ORIGIN", "HTTP_PREFER", "HTTP_RANGE",
    "HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO", "CONTENT_TYPE",
)  # fmt: skip


def too_large(environ: Environ) -> HeadersTooLarge | None:
    """The refusal, if the headers are too large. A refused request keeps no header that could be parsed later."""
    size = environ.get(HEADER_BYTES)
    if size is None:
        size = sum(len(name) + len(environ[name]) for name in _headers(environ))
    refusal = _refusal(environ, size) if size > MAX_PARSED else None
    if refusal:
        for name in _headers(environ):
            del environ[name]
    return refusal


def _refusal(environ: Environ, size: int) -> HeadersTooLarge | None:
    for name in _PARSED:
        if len(environ.get(name, "")) > MAX_PARSED:
            return HeadersTooLarge(_fault(name, f"expected at most {MAX_PARSED:,} bytes in this header"))
    if size > MAX_HEADERS:
        longest = max(_headers(environ), key=lambda name: len(name) + len(environ[name]))
        return HeadersTooLarge(
            _fault(longest, f"expected at most {MAX_HEADERS // 1024} KB in all headers; this one is the longest")
        )
    return None


def _headers(environ: Environ) -> list[str]:
    return [name for name in environ if name.startswith("HTTP_") or name == "CONTENT_TYPE"]


def _fault(variable: str, detail: str) -> Fault:
    name = variable.removeprefix("HTTP_").replace("_", "-").title()[:64]
    return Fault(f"header:{name}", "too_large", detail)
