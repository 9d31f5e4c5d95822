"""A draft: one comment as its host sent it, already known to be well formed."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class DraftAuthor:
    """Who wrote it, as the host says. `email` is only ever read to make keyed hashes of it."""

    name: str = ""
    email: str = ""
    url: str = ""
    id: str = ""
    verified: bool = False


@dataclass(frozen=True, slots=True)
class DraftThread:
    """The host's page: `id` is the host's own word for it."""

    id: str
    url: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class DraftContext:
    """How it reached the host. `honeypot` is what stood in the hidden field; seconds from showing the form to its sending."""

    ip: str = ""
    user_agent: str = ""
    referrer: str = ""
    language: str = ""
    posted_at: datetime | None = None
    honeypot: str = ""
    seconds_to_submit: float | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """What a host asks Greenroom to take. `parent` is a comment id or the host's own id of the parent."""

    thread: DraftThread
    text: str
    author: DraftAuthor = field(default_factory=DraftAuthor)
    parent: str = ""
    external_id: str = ""
    context: DraftContext = field(default_factory=DraftContext)
