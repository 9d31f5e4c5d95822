"""Origins: scheme, host and port of a site's pages, as a browser writes them in its `Origin` header."""

import re
from collections.abc import Iterable
from urllib.parse import SplitResult, urlsplit

from service.domain.errors import Invalid
from service.domain.text.domains import ascii_host

#: A site's origins stand in a header of each public page.
MAX_ORIGINS = 50
_DEFAULT_PORTS = {"http": 80, "https": 443}
_HOST = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*|\[[0-9a-f:.]+\]")


def parse_origins(typed: Iterable[str]) -> list[str]:
    """These origins in the form of a browser, each once. Raises Invalid, which names the one that is wrong and says what to do."""
    origins = list(dict.fromkeys(map(parse_origin, typed)))
    if len(origins) > MAX_ORIGINS:
        raise Invalid.field("/origins", "too_many", f"expected at most {MAX_ORIGINS} origins, got {len(origins)}")
    return origins


def parse_origin(typed: str) -> str:
    """An origin in the form of a browser: in lower case, in ASCII, without the default port. Raises Invalid."""
    parts = _split(typed)
    origin = _origin(parts) if parts else ""
    if not origin:
        raise _invalid(typed, "write scheme and host, and the port if it is an unusual one")
    if parts and (parts.path.strip("/") or parts.query or parts.fragment or "@" in parts.netloc):
        raise _invalid(typed, f"leave out all but scheme, host and port: {origin}")
    return origin


def origin_of(address: str) -> str:
    """The origin of an address; empty if it has none."""
    parts = _split(address)
    return _origin(parts) if parts else ""


def _invalid(typed: str, advice: str) -> Invalid:
    return Invalid.field("/origins", "pattern", f"expected an origin like https://news.example, got {typed[:200]!r}; {advice}")


def _split(address: str) -> SplitResult | None:
    try:
        parts = urlsplit(address.strip())
        return parts if parts.scheme in _DEFAULT_PORTS and parts.port != 0 else None
    except ValueError:
        return None


def _origin(parts: SplitResult) -> str:
    host = ascii_host(parts.hostname or "")
    host = f"[{host}]" if ":" in host else host
    if not _HOST.fullmatch(host):
        return ""
    port = "" if parts.port in (None, _DEFAULT_PORTS[parts.scheme]) else f":{parts.port}"
    return f"{parts.scheme}://{host}{port}"
