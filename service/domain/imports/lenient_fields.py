"""Fields of comments as people have them: the usable part of a name, an e-mail, a website, an IP address, a date.

Each function returns an empty value for what cannot be used.
"""

import ipaddress
import re
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import getaddresses, parsedate_to_datetime
from urllib.parse import urljoin

from service.domain.text.blank import BLANK
from service.domain.text.links import with_scheme

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_VISIBLE = re.compile(rf"[^{BLANK}]")
_WEB = re.compile(rf"https?://[^{BLANK}/?#]+\.?[^{BLANK}]*", re.I)
_MAIL = re.compile(rf"[^{BLANK}@,;<>]+@[^{BLANK}@,;<>]+")
_NUMBER = re.compile(r"\d{9,13}(\.\d+)?")
#: No comment on the web is older.
_FIRST = datetime(1990, 1, 1, tzinfo=UTC)
#: Above this, a number is a time in milliseconds.
_MILLISECONDS = 1e11


def clean(text: str) -> str:
    """The text without control characters and half surrogates, in one form of line breaks."""
    return _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def line(text: str, most: int) -> str:
    """A text of one line, at most so many characters long."""
    return " ".join(clean(text).split())[:most].rstrip()


def has_words(text: str) -> bool:
    """Whether the text has more than white space."""
    return bool(_VISIBLE.search(text))


def email_address(text: str) -> str:
    """The first e-mail address in `Ann <ann@example.org>`, or in a list."""
    text = clean(text[:1000])
    for _, address in getaddresses([text]):
        if _MAIL.fullmatch(address) and len(address) <= 320:
            return address
    found = _MAIL.search(text)
    return found[0] if found and len(found[0]) <= 320 else ""


def web_address(text: str, *, base: str = "") -> str:
    """A web address, with its scheme if it lacks one. `base` is the address that a path belongs to."""
    text = clean(text).strip()
    if text.startswith("//"):
        text = f"https:{text}"
    elif text.startswith("/"):
        text = urljoin(base, text) if base else ""
    else:
        text = with_scheme(text, "http")
    return text if _WEB.fullmatch(text) and len(text) <= 2048 else ""


def ip_address(text: str) -> str:
    """The first IP address of a list (X-Forwarded-For), without its port."""
    first = text.partition(",")[0].strip().strip('"')
    for candidate in (first, first.partition("]")[0].lstrip("["), first.rpartition(":")[0]):
        with suppress(ValueError):
            return str(ipaddress.ip_address(candidate.partition("%")[0]))
    return ""


def moment(text: str) -> datetime | None:
    """A time in ISO 8601, of a database, of a mail (RFC 5322), or in seconds or milliseconds since 1970. It counts as UTC unless
    it names its offset."""
    text = text.strip()
    read = _of_number(text) if _NUMBER.fullmatch(text) else _of_words(text)
    return read if read and read >= _FIRST else None


def _of_number(text: str) -> datetime | None:
    seconds = float(text)
    return datetime.fromtimestamp(seconds / 1000 if seconds > _MILLISECONDS else seconds, UTC)


def _of_words(text: str) -> datetime | None:
    # `2021-10-28 20:50:15 +0800`: ISO 8601 has no blank before the offset.
    iso = re.sub(r"\s+(?=[+-]\d\d:?\d\d$)|\s+UTC$", "", text)
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        with suppress(ValueError, OverflowError, TypeError, IndexError):
            found = read(iso if read is datetime.fromisoformat else text)
            return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    return None
