"""The URL of a webhook endpoint, validated and split into its parts."""

from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Target:
    """The parts of a URL that can be called, with an explicit port."""

    tls: bool
    host: str
    port: int
    authority: str
    path: str


def parse_target(url: str) -> Target:
    """Split a URL into its parts. Raises ValueError with a message that says what was expected."""
    if any(c <= " " or c == "\\" or c == "\x7f" for c in url):
        raise ValueError("expected an address without blanks, backslashes and control characters")
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https"):
        raise ValueError("expected an http:// or https:// address")
    if parts.username is not None or parts.password is not None:
        raise ValueError("expected an address without user name and password")
    if not parts.hostname:
        raise ValueError("expected an address with a host")
    if "%" in parts.netloc:
        raise ValueError("expected a host without percent signs")
    host = _ascii(parts.hostname)
    tls = parts.scheme == "https"
    default = 443 if tls else 80
    port = default if parts.port is None else parts.port
    if port == 0:
        raise ValueError("expected a port from 1 to 65535")
    shown = f"[{host}]" if ":" in host else host
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(tls, host, port, shown if port == default else f"{shown}:{port}", _quoted(path))


def _ascii(host: str) -> str:
    if host.isascii():
        return host
    try:
        return host.encode("idna").decode()
    except UnicodeError:
        raise ValueError("expected a host name that DNS can hold") from None


def _quoted(path: str) -> str:
    return path if path.isascii() else "".join(c if c.isascii() else _percent(c) for c in path)


def _percent(char: str) -> str:
    return "".join(f"%{byte:02X}" for byte in char.encode())
