"""The errors with which Greenroom refuses a request. Each has a code for programs and a sentence for people."""

from dataclasses import dataclass
from enum import StrEnum


class Code(StrEnum):
    """The values of `code` in an error response: stable, and documented in docs/errors.md."""

    INVALID = "invalid"
    UNAUTHENTICATED = "unauthenticated"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"
    METHOD_NOT_ALLOWED = "method_not_allowed"
    CONFLICT = "conflict"
    ALREADY_DECIDED = "already_decided"
    KEY_REUSED = "idempotency_key_reused"
    IN_PROGRESS = "in_progress"
    GONE = "gone"
    ARCHIVED = "archived"
    TOO_LARGE = "too_large"
    HEADERS_TOO_LARGE = "headers_too_large"
    WRONG_TYPE = "unsupported_media_type"
    TOO_SLOW = "too_slow"
    TOO_MANY = "too_many_requests"
    UNAVAILABLE = "unavailable"
    INTERNAL = "internal"


@dataclass(frozen=True, slots=True)
class Fault:
    """One error in one field. `pointer` is a JSON pointer into the body (RFC 6901), or `query:name` / `header:name`."""

    pointer: str
    code: str
    detail: str


class Refusal(Exception):
    """A request that Greenroom refuses. `faults` name the fields."""

    code = Code.INVALID

    def __init__(self, detail: str, *faults: Fault) -> None:
        super().__init__(detail)
        self.detail = detail
        self.faults = faults


class Invalid(Refusal):
    """The input does not have the expected form."""

    code = Code.INVALID

    @classmethod
    def field(cls, pointer: str, code: str, detail: str) -> "Invalid":
        """The common case: one field is wrong."""
        return cls(detail, Fault(pointer, code, detail))


class NotFound(Refusal):
    """The object does not exist, or this caller may not know of it."""

    code = Code.NOT_FOUND


class Gone(Refusal):
    """The object existed and has been erased, or can no longer be used."""

    code = Code.GONE


class InArchive(Refusal):
    """The comment is old, and its rows were moved to an archive file."""

    code = Code.ARCHIVED


class Conflict(Refusal):
    """The object exists already, or its state does not allow this."""

    code = Code.CONFLICT


class AlreadyDecided(Refusal):
    """The comment has changed since the version that the moderator saw."""

    code = Code.ALREADY_DECIDED


class KeyReused(Refusal):
    """An idempotency key came again with another body."""

    code = Code.KEY_REUSED


class InProgress(Refusal):
    """The first request with this idempotency key has not been answered yet."""

    code = Code.IN_PROGRESS


class TooSlow(Refusal):
    """A request took too long to arrive."""

    code = Code.TOO_SLOW


class HeadersTooLarge(Refusal):
    """The headers of a request are larger than is read."""

    code = Code.HEADERS_TOO_LARGE

    def __init__(self, fault: Fault) -> None:
        super().__init__(f"{fault.pointer.removeprefix('header:')}: {fault.detail}", fault)


class Unavailable(Refusal):
    """Temporary failure; perhaps nothing was stored. The same request may be sent again."""

    code = Code.UNAVAILABLE
