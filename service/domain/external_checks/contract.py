"""The contract of an outside check: how a question is put to a service elsewhere, and what its answer means. Pure, no network."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from service.domain.policy.check_input import CheckInput
from service.domain.policy.signals import Signal


class Needs(StrEnum):
    """What a site has to say before a service can be asked. A `SIGNING` secret is made here, a `KEY` is given by the service."""

    ADDRESS = "address"
    KEY = "key"
    SIGNING = "signing"
    MODEL = "model"


@dataclass(frozen=True, slots=True)
class Setup:
    """How a site set up an outside check: the opened `secret` and the site's own first address (`blog`)."""

    address: str = ""
    secret: str = field(default="", repr=False)
    model: str = ""
    blog: str = ""


@dataclass(frozen=True, slots=True)
class ExternalCheckInput:
    """A comment to be asked about. `message_id` is the same each time that the same comment is asked about."""

    reading: CheckInput
    message_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Request:
    """One POST."""

    url: str
    body: bytes
    headers: dict[str, str] = field(default_factory=dict, repr=False)


class Unreadable(ValueError):
    """An answer that cannot be understood; says what was expected."""


BuildRequest = Callable[[ExternalCheckInput, Setup], Request]
#: Raises ValueError (Unreadable, or what json raises) for an answer that cannot be understood. Nothing found is no signal.
ParseResponse = Callable[[str], tuple[Signal, ...]]
#: What a moderator's decision is told: the comment was spam (True) or was not.
BuildFeedback = Callable[[ExternalCheckInput, Setup, bool], Request]


@dataclass(frozen=True, slots=True)
class ExternalCheck:
    """One service that may be asked. `title` is what people call it, `sends` is what leaves the machine."""

    title: str
    sends: str
    needs: Collection[Needs]
    build_request: BuildRequest
    parse_response: ParseResponse
    build_feedback: BuildFeedback | None = None
    address: str = ""
