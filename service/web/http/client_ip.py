"""The IP address of a client, as servers and proxies write it; proxies in X-Forwarded-For, or in Forwarded (RFC 7239)."""

import ipaddress
import re
from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import Any

from werkzeug.middleware.proxy_fix import ProxyFix

from service.config import Settings
from service.web.http.environ_keys import Environ, Wsgi

_NAME = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
#: A value with a colon should stand in quotes. Many proxies write a port without them.
_VALUE = r"""[!#$%&'*+.^_`|~0-9A-Za-z:\[\]-]+|"[^"\\,;]*\""""
_PAIR = rf"({_NAME})=({_VALUE})"
_ELEMENT = re.compile(rf"\s*{_PAIR}(?:\s*;\s*{_PAIR})*\s*", re.ASCII)
_PAIRS = re.compile(_PAIR, re.ASCII)


class ProxyHeader(StrEnum):
    """The header that the proxies write. The other one counts for nothing: a client may have sent it."""

    X_FORWARDED_FOR = "x-forwarded-for"
    FORWARDED = "forwarded"


def client_ip(written: str) -> str:
    """The IP address without the port or brackets that some proxies add. Empty if it is not an IP address."""
    host = written.strip()
    if host.startswith("["):
        host = host[1:].partition("]")[0]
    elif host.count(":") == 1:
        host = host.partition(":")[0]
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return ""
    # A dual-stack socket reports an IPv4 client as ::ffff:192.0.2.1. Without this, the rate limit would count all IPv4 clients as
    # one /64 network.
    return str(getattr(address, "ipv4_mapped", None) or address)


def with_trusted_proxies(application: Wsgi, settings: Settings) -> Wsgi:
    """Take the address and the scheme of a request from as many proxies as the settings trust, and from no other header."""
    count = settings.trusted_proxies
    if not count:
        return application
    if settings.proxy_header == ProxyHeader.X_FORWARDED_FOR:
        return ProxyFix(application, x_for=count, x_proto=count, x_host=0, x_port=0, x_prefix=0)

    def application_behind_proxies(environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        _put_client(environ, _forwarded_pairs(environ.get("HTTP_FORWARDED", ""), count))
        return application(environ, start_response)

    return application_behind_proxies


def _put_client(environ: Environ, pairs: dict[str, str]) -> None:
    if address := client_ip(pairs.get("for", "")):
        environ["REMOTE_ADDR"] = address
    if (scheme := pairs.get("proto", "").lower()) in ("http", "https"):
        environ["wsgi.url_scheme"] = scheme


def _forwarded_pairs(header: str, count: int) -> dict[str, str]:
    """The element of the outermost trusted proxy, by the names of its pairs; empty if it is malformed.

    Each proxy appends an element, so elements are counted from the end. No address contains a comma, so every comma separates two
    elements: an open quote of the client cannot swallow what the proxy appended.
    """
    elements = header.split(",")
    if len(elements) < count or not _ELEMENT.fullmatch(elements[-count]):
        return {}
    pairs = [(name.lower(), value.strip('"')) for name, value in _PAIRS.findall(elements[-count])]
    return dict(pairs) if len(dict(pairs)) == len(pairs) else {}
