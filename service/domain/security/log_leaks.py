"""Find data in log lines that must never be logged, such as secrets and personal data."""

import ipaddress
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

_KEY = re.compile(r"grk_[0-9a-f]{48}")
_WEBHOOK_SECRET = re.compile(r"whsec_[A-Za-z0-9+/]{24,}")
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_IPV4 = re.compile(r"(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d.])")
_PASSWORD = re.compile(r"\b[a-z][a-z+]*://[^/\s:@]*:(?!\*+@)[^/\s@]+@")
#: How SQLAlchemy, Celery, PostgreSQL and Python print the parameters of a statement or a call.
_DATA = re.compile(
    r"\[parameters: |\[SQL: |Failing row contains \(|Key \(.*\)=\(|raised unexpected: |Traceback \(most recent call last\)"
)
_SIGN_IN = re.compile(r"/sign-in/[A-Za-z0-9_-]{20,}")


@dataclass(frozen=True, slots=True)
class Leak:
    """One leak: its kind and the line number, without the leaked data itself."""

    kind: str
    line: int


def leaks(lines: Iterable[str], secrets: Iterable[str] = ()) -> Iterator[Leak]:
    """Every leak: an API key, a secret, a password in a URL, a sign-in link, an e-mail address, a public IP address, or an error
    message with data. `secrets` are further strings to search for."""
    searched = [secret for secret in secrets if secret]
    for number, line in enumerate(lines, 1):
        for kind in _kinds(line, searched):
            yield Leak(kind, number)


def _kinds(line: str, secrets: list[str]) -> Iterator[str]:
    if any(secret in line for secret in secrets):
        yield "the root secret or a password"
    for kind, pattern in _PATTERNS.items():
        if pattern.search(line):
            yield kind
    if any(_is_somebody(found) for found in _IPV4.findall(line)):
        yield "an address of somebody"


def _is_somebody(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_global
    except ValueError:
        return False


_PATTERNS = {
    "an API key": _KEY,
    "a webhook secret": _WEBHOOK_SECRET,
    "a password in an address": _PASSWORD,
    "a sign-in link": _SIGN_IN,
    "an e-mail address": _EMAIL,
    "the message of an error": _DATA,
}
