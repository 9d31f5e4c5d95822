"""Request and response models for what is stored of a person."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import Field

from service.domain.errors import Invalid
from service.domain.states import State
from service.store.tables.reported import ComplaintState, ReportState
from service.web.http.field_types import Email, IpAddress, Name, Strict, integer
from service.web.http.pagination import Cursor
from service.web.http.responses import ResponseModel


class PersonBody(Strict):
    """Exactly one of `email`, `author` and `ip`, which name the person."""

    email: Email = Field(default="", description="In any spelling of the mailbox.")
    author: Name = Field(default="", description="Your own id of a signed-in reader.")
    ip: IpAddress = Field(default="", description="Everything that came from this address, perhaps from several persons.")
    after: Cursor | None = Field(default=None, description="The `next_cursor` of the page before.")
    limit: integer(1, 200) = 50  # type: ignore[valid-type]

    def names(self) -> dict[str, str]:
        """What names the person. Raises Invalid unless it is one thing."""
        names = {"email": self.email, "author": self.author, "address": self.ip}
        if sum(map(bool, names.values())) != 1:
            raise Invalid.field("", "one_of", "expected one of email, author and ip")
        return names


class PersonThread(ResponseModel):
    """The page of a comment."""

    id: str
    url: str
    title: str


class PersonAuthor(ResponseModel):
    """The author as the host named them. Of the e-mail address only the domain is stored."""

    name: str
    url: str
    id: str
    verified: bool
    email_domain: str


class EarlierText(ResponseModel):
    """A text that was replaced."""

    text: str
    replaced_at: datetime


class PersonVerdict(ResponseModel):
    """What the checks said; `reasons` are codes."""

    state: State
    reasons: tuple[str, ...]
    at: datetime


class PersonDecision(ResponseModel):
    """What a moderator or the host decided."""

    from_state: State
    to_state: State
    reason: str
    at: datetime


class PersonComplaint(ResponseModel):
    """What the author said against a restriction."""

    text: str
    state: ComplaintState
    received_at: datetime
    decided_at: datetime | None


class PersonComment(ResponseModel):
    """A comment of the person, with all that is stored of it. `context` has no address: only keyed hashes are stored of those."""

    id: UUID
    external_id: str | None
    state: State
    text: str
    thread: PersonThread
    author: PersonAuthor
    context: dict[str, Any]
    received_at: datetime
    updated_at: datetime
    earlier_texts: tuple[EarlierText, ...]
    verdicts: tuple[PersonVerdict, ...]
    decisions: tuple[PersonDecision, ...]
    complaints: tuple[PersonComplaint, ...]


class PersonReport(ResponseModel):
    """A report that the person sent about a comment of somebody else."""

    id: UUID
    comment: UUID
    kind: str
    reason: str
    law: str
    text: str
    url: str
    name: str
    email: str
    state: ReportState
    received_at: datetime
    decided_at: datetime | None


class PersonPage(ResponseModel):
    """A page of a person's comments, oldest first. `reports` stand on the first page. `archives` may hold more comments."""

    comments: tuple[PersonComment, ...]
    reports: tuple[PersonReport, ...]
    archives: tuple[str, ...]
    next_cursor: str | None
