"""The contract of an external check: how to build a request to a service, and how to read its response. No network here."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from service.domain.policy.check_input import CheckInput
from service.domain.policy.signals import Signal


class Needs(StrEnum):
    """The settings that a service needs from a site. A `SIGNING` secret is made by Greenroom, a `KEY` comes from the service."""

    ADDRESS = "address"
    KEY = "key"
    SIGNING = "signing"
    MODEL = "model"


@dataclass(frozen=True, slots=True)
class Setup:
    """A site's settings of an external check, with the decrypted `secret` and the site's first origin (`blog`)."""

    address: str = ""
    secret: str = field(default="", repr=False)
    model: str = ""
    blog: str = ""


@dataclass(frozen=True, slots=True)
class ExternalCheckInput:
    """A comment to be checked. `message_id` is the same in every request about the same comment."""

    reading: CheckInput
    message_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Request:
    """One POST request."""

    url: str
    body: bytes
    headers: dict[str, str] = field(default_factory=dict, repr=False)


class Unreadable(ValueError):
    """A response that cannot be understood; the message says what was expected."""


BuildRequest = Callable[[ExternalCheckInput, Setup], Request]
#: Parses a response to signals; an empty tuple if the service found nothing. Raises ValueError (Unreadable, or an error of
#: `json`) for a response that cannot be understood.
ParseResponse = Callable[[str], tuple[Signal, ...]]
#: Builds the request that reports a moderator's decision: the comment was spam (True) or was not.
BuildFeedback = Callable[[ExternalCheckInput, Setup, bool], Request]


@dataclass(frozen=True, slots=True)
class ExternalCheck:
    """One external service. `title` is its name for people, `sends` describes the data that is sent to it."""

    title: str
    sends: str
    needs: Collection[Needs]
    build_request: BuildRequest
    parse_response: ParseResponse
    build_feedback: BuildFeedback | None = None
    address: str = ""
