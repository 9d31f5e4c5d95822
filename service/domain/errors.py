"""The situations in which Greenroom says no. Each has a code for machines and a sentence for people."""

from dataclasses import dataclass
from enum import StrEnum


class Code(StrEnum):
    """The words in a problem's `code`: stable, and documented in docs/errors.md."""

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
    WRONG_TYPE = "unsupported_media_type"
    TOO_SLOW = "too_slow"
    TOO_MANY = "too_many_requests"
    UNAVAILABLE = "unavailable"
    INTERNAL = "internal"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with one field: a JSON pointer into the body (RFC 6901), or `query:name` / `header:name`."""

    pointer: str
    code: str
    detail: str


class Refusal(Exception):
    """Something a caller asked for that we will not do. `faults` name the fields."""

    code = Code.INVALID

    def __init__(self, detail: str, *faults: Fault) -> None:
        super().__init__(detail)
        self.detail = detail
        self.faults = faults


class Invalid(Refusal):
    """What came does not have the shape that was expected."""

    code = Code.INVALID

    @classmethod
    def field(cls, pointer: str, code: str, detail: str) -> "Invalid":
        """The common case: one field is wrong."""
        return cls(detail, Fault(pointer, code, detail))


class NotFound(Refusal):
    """No such thing, or none that this caller may know of."""

    code = Code.NOT_FOUND


class Gone(Refusal):
    """It was here and has been erased."""

    code = Code.GONE


class InArchive(Refusal):
    """It is old, nobody sees it any more, and its rows are in a file."""

    code = Code.ARCHIVED


class Conflict(Refusal):
    """The thing exists already, or is not in a state where this can be done."""

    code = Code.CONFLICT


class AlreadyDecided(Refusal):
    """Somebody else moved this comment since the version that the moderator saw."""

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


class Unavailable(Refusal):
    """Not now, and perhaps nothing was stored; the same request may be sent again."""

    code = Code.UNAVAILABLE
