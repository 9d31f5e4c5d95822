"""Parsers for the kinds of settings. Each raises ValueError with what was expected."""

import ipaddress
import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import SplitResult, parse_qsl, urlsplit

from service.redis_address import SCHEMES, sentinels_of


def whole(low: int, high: int) -> Callable[[str], int]:
    """A whole number, both ends included."""

    def parse(text: str) -> int:
        expected = f"expected a whole number from {low} to {high}"
        try:
            number = int(text)
        except ValueError:
            raise ValueError(expected) from None
        if not low <= number <= high:
            raise ValueError(expected)
        return number

    return parse


def seconds(low: float, high: float) -> Callable[[str], float]:
    """A length of time in seconds, both ends included."""

    def parse(text: str) -> float:
        expected = f"expected seconds from {low:g} to {high:g}"
        try:
            number = float(text)
        except ValueError:
            raise ValueError(expected) from None
        # The comparison is also false for NaN, so NaN is refused.
        if not low <= number <= high:
            raise ValueError(expected)
        return number

    return parse


def one_of(*choices: str) -> Callable[[str], str]:
    """One of the given words."""

    def parse(text: str) -> str:
        if text not in choices:
            raise ValueError(f"expected one of {', '.join(choices)}")
        return text

    return parse


def yes_or_no(text: str) -> bool:
    """Parses true or false, in any case."""
    if text.lower() not in ("true", "false"):
        raise ValueError("expected true or false")
    return text.lower() == "true"


def folder(text: str) -> Path:
    """A folder; `~` is the home of the user."""
    return Path(text).expanduser()


def database(text: str) -> str:
    """The URL of a PostgreSQL or SQLite database, in SQLAlchemy's spelling. PostgreSQL may have several hosts, as in libpq."""
    if not text or text.startswith("sqlite:///"):
        return text
    return _postgresql(text, role="read-write", expected="expected postgresql://… or sqlite:///…")


def read_replica(text: str) -> str:
    """The URL of a PostgreSQL that is only read. Of several hosts a standby is used, if one is there."""
    return _postgresql(text, role="prefer-standby", expected="expected postgresql://…") if text else ""


def _postgresql(text: str, *, role: str, expected: str) -> str:
    """The URL of a PostgreSQL. `role`: which of several hosts is used, in libpq's words for `target_session_attrs`."""
    for start in ("postgres://", "postgresql://", "postgresql+psycopg://"):
        if text.startswith(start):
            url = "postgresql+psycopg://" + text.removeprefix(start)
            _demand_libpq(url)
            return _several_hosts(url, role)
    raise ValueError(expected)


def _demand_libpq(url: str) -> None:
    """Raise ValueError for what libpq would refuse only when it connects."""
    parts = _split(url)
    for name, value in parse_qsl(parts.query):
        if name not in _libpq_options():
            raise ValueError(f"expected options of libpq after the ?, such as sslmode; {name} is none")
        if name == "sslmode" and value not in _SSL_MODES:
            raise ValueError(f"expected sslmode to be one of {', '.join(_SSL_MODES)}")


def _split(url: str) -> SplitResult:
    """The parts of a server's URL. Raises ValueError if a host or a port in it cannot be read."""
    try:
        parts = urlsplit(url)
    except ValueError:
        raise ValueError("expected a closing ] after an IPv6 address") from None
    for host in parts.netloc.rpartition("@")[2].split(","):
        port = host.rpartition("]")[2].rpartition(":")[2] if ":" in host.rpartition("]")[2] else ""
        if port and not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
            raise ValueError("expected a port from 1 to 65535 after the colon of a host")
    return parts


_SSL_MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")


def _libpq_options() -> set[str]:
    # Imported only here: with SQLite, the PostgreSQL driver would only cost memory.
    from psycopg.pq import Conninfo

    return {option.keyword.decode() for option in Conninfo.get_defaults()}


def _several_hosts(url: str, role: str) -> str:
    """Libpq's `user@one:5432,two:5432/name` in SQLAlchemy's spelling. A host in this role is used, unless the URL names another role."""
    parts = urlsplit(url)
    user, at, hosts = parts.netloc.rpartition("@")
    if "," not in hosts:
        return url
    query = [f"host={host}" for host in hosts.split(",")] + [parts.query] * bool(parts.query)
    if "target_session_attrs=" not in parts.query:
        query.append(f"target_session_attrs={role}")
    return f"{parts.scheme}://{user}{at}{parts.path}?{'&'.join(query)}"


def redis(text: str) -> str:
    """A Redis URL, in redis-py's spelling, or that of its Sentinels."""
    if text and not text.startswith(tuple(f"{scheme}://" for scheme in SCHEMES)):
        raise ValueError("expected redis://…, rediss://… (with TLS), unix:///… or sentinel://one,two,three/NAME/0")
    _split(text)
    sentinels_of(text)
    return text


def socket_path(text: str) -> str:
    """The path of a Unix socket. The kernel allows 107 bytes."""
    if text and (not text.startswith("/") or len(text.encode()) > 107):
        raise ValueError("expected the whole path of a socket, of at most 107 bytes, such as /run/greenroom/web.sock")
    return text


def public_address(text: str) -> str:
    """The web address under which everything is served, with or without a path, without a trailing slash."""
    parts = urlsplit(text)
    if text and (parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment):
        raise ValueError("expected an address like https://comments.news.example")
    if not re.fullmatch(r"(/[A-Za-z0-9_-][A-Za-z0-9._~-]*)*", parts.path.rstrip("/")):
        raise ValueError("expected a path of plain letters, digits, dots and dashes, such as https://news.example/comments")
    return text.rstrip("/")


def smtp(text: str) -> str:
    """The URL of an SMTP server. `?tls=off` allows a server without TLS, but then without a password, which would be readable on
    the way."""
    expected = "expected smtp://user:password@mail.example:587 or smtps://…"
    try:
        parts = urlsplit(text)
        complete = parts.scheme in ("smtp", "smtps") and parts.hostname and parts.port != 0
    except ValueError:
        raise ValueError(expected) from None
    if text and (not complete or parts.path.strip("/") or parts.fragment):
        raise ValueError(expected)
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    if options and (options != {"tls": "off"} or parts.scheme == "smtps" or parts.username):
        raise ValueError("expected no option but tls=off, and that only with smtp:// and without a user and password")
    return text


def mailbox(text: str) -> str:
    """An e-mail address that mails are sent from."""
    if text and not re.fullmatch(r"[^\s@<>\"',;]+@[^\s@<>\"',;]+", text):
        raise ValueError("expected an address like greenroom@news.example")
    return text


def networks(text: str) -> tuple[str, ...]:
    """Networks, separated by commas."""
    found = tuple(part.strip() for part in text.split(",") if part.strip())
    for network in found:
        try:
            ipaddress.ip_network(network)
        except ValueError:
            raise ValueError("expected networks like 10.0.0.0/8, separated by commas") from None
    return found


def issuer(text: str) -> str:
    """The issuer URL of an OpenID provider, kept unchanged: a trailing slash is part of its name."""
    parts = urlsplit(text)
    loopback = parts.scheme == "http" and parts.hostname in ("localhost", "127.0.0.1", "::1")
    if text and (not parts.hostname or parts.query or parts.fragment or not (parts.scheme == "https" or loopback)):
        raise ValueError("expected an address like https://login.news.example")
    return text


def words(text: str) -> tuple[str, ...]:
    """Words separated by commas, in lower case."""
    return tuple(part.strip().casefold() for part in text.split(",") if part.strip())


def long_secret(text: str) -> str:
    """A secret of at least 32 characters."""
    if text and len(text) < 32:
        raise ValueError("expected at least 32 characters (try `openssl rand -hex 32`)")
    return text
