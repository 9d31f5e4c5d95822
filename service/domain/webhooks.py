"""Standard Webhooks 1.0: secrets, signatures, addresses, and when to try again."""

import base64
import hashlib
import hmac
import random
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

SECRET_PREFIX = "whsec_"  # noqa: S105
#: Seconds to wait before each try: twelve over about 76 hours.
SCHEDULE = (0, 5, 30, 120, 600, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400)
#: How far a wait may be off, either way, so that a thousand failed deliveries do not come back in the same second.
JITTER = 0.2
#: Age at which a delivery is given up although it has tries left: those behind a broken endpoint hardly get any.
GIVE_UP = timedelta(hours=96)
#: Longest pause that a receiver can ask for with Retry-After.
LONGEST_PAUSE = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back of one attempt; `status` is None where nothing did, and `error` says why.

    `fault` is the type of that error, for the log: `error` may quote what came back.
    """

    status: int | None
    error: str = ""
    fault: str = ""
    text: str = ""
    retry_after: str = ""
    milliseconds: int = 0

    @property
    def arrived(self) -> bool:
        """Only 2xx says that the host has it: a redirect may lead to a page that knows nothing."""
        return self.status is not None and 200 <= self.status < 300


@dataclass(frozen=True, slots=True)
class Target:
    """An address that can be called: its parts, with the port made explicit."""

    tls: bool
    host: str
    port: int
    authority: str
    path: str


def target_of(url: str) -> Target:
    """Take a URL apart. Raises ValueError that says what was expected."""
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


def new_secret() -> str:
    return SECRET_PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def signatures(keys: Sequence[str], message_id: str, at: datetime, body: bytes) -> str:
    """The value of `webhook-signature`: one signature for each secret that is live."""
    signed = f"{message_id}.{int(at.timestamp())}.".encode() + body
    return " ".join(f"v1,{base64.b64encode(_hmac(key, signed)).decode()}" for key in keys)


def next_try(tries: int, *, now: datetime, retry_after: str = "") -> datetime | None:
    """When a delivery that failed `tries` times is due again; None where its schedule is used up."""
    if tries >= len(SCHEDULE):
        return None
    wait = timedelta(seconds=SCHEDULE[tries] * random.uniform(1 - JITTER, 1 + JITTER))
    return now + max(wait, pause_of(retry_after, now=now))


def pause_of(retry_after: str, *, now: datetime) -> timedelta:
    """The pause that a Retry-After asks for, in seconds or as a date; none where it cannot be read, whatever a stranger wrote."""
    try:
        if retry_after.strip().isdigit():
            asked = timedelta(seconds=int(retry_after[:9]))
        else:
            date = parsedate_to_datetime(retry_after)
            asked = (date if date.tzinfo else date.replace(tzinfo=UTC)) - now
    except (ValueError, TypeError, OverflowError):
        return timedelta(0)
    return min(max(asked, timedelta(0)), LONGEST_PAUSE)


def _hmac(secret: str, signed: bytes) -> bytes:
    return hmac.new(base64.b64decode(secret.removeprefix(SECRET_PREFIX)), signed, hashlib.sha256).digest()


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
