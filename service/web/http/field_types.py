"""The field types of bodies and queries. The JSON schema of each states exactly what its validator accepts."""

import ipaddress
import re
import socket
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, WithJsonSchema
from pydantic_core import PydanticCustomError

from service.domain.draft import MAX_TEXT
from service.domain.text.blank import BLANK

NO_NUL = r"^[^\u0000]*$"
#: The host's own id of a thread in an address: its longest length, and its entry in the API document.
LONGEST_THREAD = 512
THREAD_PATH = {"thread": {"type": "string", "minLength": 1, "maxLength": LONGEST_THREAD, "pattern": NO_NUL}}
SOME_WORDS = rf"^[^\u0000]*[^{BLANK}][^\u0000]*$"
WEB_ADDRESS = rf"^([hH][tT][tT][pP][sS]?://[^{BLANK}]+)?$"
EMAIL = rf"^([^{BLANK}@]+@[^{BLANK}@]+)?$"
SLUG = r"^[A-Za-z0-9._-]*$"
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", re.ASCII | re.IGNORECASE)


class Strict(BaseModel):
    """Base class of bodies and queries: unknown fields are refused and types are not converted."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


def _matching(code: Any, pattern: str, expected: str, *, short: str = "") -> Any:
    """A validator and its JSON schema, made from the same pattern. `short`: a faster pattern that gives the same result for texts
    without NUL."""
    fits = re.compile(short or pattern.removesuffix("$") + r"\Z").search
    message: Any = f"expected {expected}"

    def check(value: str) -> str:
        if not fits(_no_nul(value)):
            raise PydanticCustomError(code, message)
        return value

    return AfterValidator(check), Field(json_schema_extra={"pattern": pattern})


def _no_nul(value: str) -> str:
    if "\0" in value:
        raise PydanticCustomError("nul", "expected text without NUL characters")
    return value


def _ip(value: str) -> str:
    if value and not _is_plain_ipv4(value):
        try:
            ipaddress.ip_address(value)
        except ValueError:
            raise PydanticCustomError("ip_address", "expected an IPv4 or IPv6 address") from None
    return value


def _is_plain_ipv4(value: str) -> bool:
    """Fast path: most addresses are plain IPv4."""
    try:
        socket.inet_pton(socket.AF_INET, value)
    except (OSError, ValueError):
        return False
    return True


def _moment(value: Any) -> datetime:
    if not isinstance(value, str) or not MOMENT.fullmatch(value):
        raise PydanticCustomError("date_time", "expected a time like 2026-11-22T16:45:00Z")
    try:
        return datetime.fromisoformat(value.upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        raise PydanticCustomError(
            "date_time", "expected a time that exists, with its offset, like 2026-11-22T16:45:00Z"
        ) from None


def _integral(value: Any) -> Any:
    # JSON Schema counts 7.0 as an integer, and JavaScript cannot tell 7.0 from 7, so 7.0 is accepted as 7.
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _whole(value: Any) -> Any:
    if not isinstance(value, str) or not re.fullmatch(r"0|[1-9][0-9]{0,8}", value, re.ASCII):
        raise PydanticCustomError("whole_number", "expected a whole number")
    return int(value)


_slug, _slug_schema = _matching("slug", SLUG, "letters, digits, dots, dashes and underscores")
_clean, _clean_schema = AfterValidator(_no_nul), Field(json_schema_extra={"pattern": NO_NUL})
_words, _words_schema = _matching("blank", SOME_WORDS, "some words, not only white space", short=f"[^{BLANK}]")
_web, _web_schema = _matching("web_address", WEB_ADDRESS, "an address that starts with http:// or https://, without spaces")
_mail, _mail_schema = _matching("email", EMAIL, "an e-mail address like name@example.org")

Short = Annotated[str, StringConstraints(max_length=200), _clean, _clean_schema]
Line = Annotated[str, StringConstraints(max_length=1000), _clean, _clean_schema]
Name = Annotated[str, StringConstraints(max_length=512), _clean, _clean_schema]
Required = Annotated[str, StringConstraints(min_length=1, max_length=512), _words, _words_schema]
Address = Annotated[str, StringConstraints(max_length=2048), _web, _web_schema]
Long = Annotated[str, StringConstraints(max_length=2048), _clean, _clean_schema]
Slug = Annotated[str, StringConstraints(max_length=64), _slug, _slug_schema]
Email = Annotated[str, StringConstraints(max_length=320), _mail, _mail_schema]
Text = Annotated[str, StringConstraints(min_length=1, max_length=MAX_TEXT), _words, _words_schema]
Language = Annotated[str, StringConstraints(max_length=35), _clean, _clean_schema]
IpAddress = Annotated[
    str,
    StringConstraints(max_length=64),
    AfterValidator(_ip),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "format": "ipv4"},
                {"type": "string", "format": "ipv6"},
                {"type": "string", "maxLength": 0},
            ]
        }
    ),
]
Moment = Annotated[datetime, BeforeValidator(_moment), WithJsonSchema({"type": "string", "format": "date-time"})]
Version = Annotated[int, Field(ge=0, le=1_000_000_000), BeforeValidator(_integral)]


def integer(low: int, high: int) -> Any:
    """A whole number of a JSON body, from `low` to `high`."""
    return Annotated[int, Field(ge=low, le=high), BeforeValidator(_integral)]


def whole(low: int, high: int) -> Any:
    """A whole number of a query string, from `low` to `high`."""
    return Annotated[int, Field(ge=low, le=high), BeforeValidator(_whole)]
