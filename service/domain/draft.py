"""A draft: one comment as its host sent it, already validated."""

from dataclasses import dataclass, field
from datetime import datetime

#: The longest text of a comment, in characters.
MAX_TEXT = 10_000


@dataclass(frozen=True, slots=True)
class DraftAuthor:
    """The author, as the host says. `email` is used for its domain and for a keyed hash, and is not stored with the comment."""

    name: str = ""
    email: str = ""
    url: str = ""
    id: str = ""
    verified: bool = False


@dataclass(frozen=True, slots=True)
class DraftThread:
    """The host's page: `id` is the host's own id of it."""

    id: str
    url: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class DraftContext:
    """How the comment reached the host. `honeypot` is the content of the hidden field; `seconds_to_submit` is the time between
    showing the form and sending it. `callback` is the id of the endpoint that its decisions go to."""

    ip: str = ""
    user_agent: str = ""
    referrer: str = ""
    language: str = ""
    posted_at: datetime | None = None
    honeypot: str = ""
    seconds_to_submit: float | None = None
    callback: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """A comment that a host submits. `parent` is Greenroom's id or the host's own id of the parent."""

    thread: DraftThread
    text: str
    author: DraftAuthor = field(default_factory=DraftAuthor)
    parent: str = ""
    external_id: str = ""
    context: DraftContext = field(default_factory=DraftContext)
