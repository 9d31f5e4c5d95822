"""Response models for comments. The API document is made from them too."""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from service.domain.states import State
from service.store.comments.listing import ListedComment
from service.store.tables.comments import VerdictRow
from service.store.tables.outbox import Event
from service.store.webhooks.public_json import public_comment
from service.web.http.responses import ResponseModel
from service.web.http.urls import feed_path


class Links(ResponseModel):
    """Where to go from here."""

    self: str
    feed: str


class ThreadAccepted(ResponseModel):
    """The host's page, by the host's own word for it."""

    id: str


class AcceptedResponse(ResponseModel):
    """A comment that is stored and not yet judged."""

    id: UUID
    url: str
    state: State
    version: int
    thread: ThreadAccepted
    links: Links


class SpanResponse(ResponseModel):
    """A piece of a field: `[start, end)` in `unit`s, its own text, and what it was read as."""

    start: int
    end: int
    unit: str
    text: str
    read_as: str
    field: str


class ReasonResponse(ResponseModel):
    """One reason of a verdict. `contribution` is its share of the evidence of its family."""

    code: str
    family: str
    check: str = ""
    rule: str
    score: float
    contribution: float = 0.0
    strong: bool = False
    status: str = "ran"
    spans: tuple[SpanResponse, ...] = ()


class VerdictResponse(ResponseModel):
    """What the checks and the policy said of the words that the comment has now. `signals` has one score a family."""

    state: State
    revision: int
    at: datetime
    reasons: tuple[ReasonResponse, ...]
    signals: dict[str, float]


class ThreadResponse(ResponseModel):
    """The host's page."""

    id: str
    url: str
    title: str


class AuthorResponse(ResponseModel):
    """Who wrote it, as the host said; never an e-mail or an address."""

    name: str
    url: str
    id: str
    verified: bool


class ChangeResponse(ResponseModel):
    """One change of state. `by` is host, policy, moderator or key."""

    version: int
    from_state: State | None
    to_state: State
    at: datetime
    by: str
    reason: str = ""
    note: str = ""
    undo: bool = False


class CommentListItem(ResponseModel):
    """A comment in a list."""

    id: UUID
    url: str
    state: State
    version: int
    revision: int
    external_id: str | None
    thread: ThreadResponse
    parent: UUID | None
    author: AuthorResponse
    text: str
    received_at: datetime
    updated_at: datetime
    judged_at: datetime | None
    verdict: VerdictResponse | None
    links: Links


class AutomatedResponse(ResponseModel):
    """Whether software found the comment, and whether it decided without a person."""

    detection: bool
    decision: bool


class RedressResponse(ResponseModel):
    """What the author can do. `complaint_url` is a secret page of theirs; a ban has none."""

    complaint_url: str
    complaint_until: datetime | None
    out_of_court: bool
    court: bool


class StatementResponse(ResponseModel):
    """The statement of reasons for a comment that is not shown, or for the ban of its author. `text` has it ready for the author, by language. It is not owed
    (`required`) for advertising that is sent in masses."""

    required: bool
    exempt: str
    restriction: str
    since: datetime
    duration: str
    source: str
    automated: AutomatedResponse
    ground: str
    reason: str
    law: str
    rule: str
    findings: tuple[str, ...]
    message: str
    redress: RedressResponse
    text: dict[str, str]


class CommentResponse(CommentListItem):
    """A comment with everything that happened to it, first to last. `author_statement` is about the ban of its author that is in
    force. What came of its versions up to `archived` is in an archive."""

    history: tuple[ChangeResponse, ...]
    statement: StatementResponse | None = None
    author_statement: StatementResponse | None = None
    archived: int = 0


class CommentsPage(ResponseModel):
    """A page of comments. `next_cursor` is the `after` of the next one; null at the end."""

    comments: tuple[CommentListItem, ...]
    next_cursor: str | None


def accepted_response(comment_id: UUID, site_id: str, thread: str, *, base: str) -> AcceptedResponse:
    """The response to a comment that has just been stored; the same for a replay."""
    path = f"/v1/comments/{comment_id}"
    return AcceptedResponse(
        id=comment_id,
        url=base + path,
        state=State.PENDING,
        version=0,
        thread=ThreadAccepted(id=thread),
        links=_links(path, feed_path(site_id, thread), base),
    )


def accepted_as_json(comment_id: str, site_id: str, thread: str, *, base: str) -> bytes:
    """The response of `accepted_response` as JSON. For all comments of a thread only the id differs, so the rest is cached."""
    return comment_id.encode().join(_around_id(site_id, thread, base))


@lru_cache(maxsize=4096)
def _around_id(site_id: str, thread: str, base: str) -> list[bytes]:
    placeholder = uuid4()  # A random placeholder, so it cannot occur in the thread id.
    return accepted_response(placeholder, site_id, thread, base=base).model_dump_json().encode().split(str(placeholder).encode())


def list_item(row: ListedComment, *, base: str) -> CommentListItem:
    return CommentListItem(**_facts(row, base))


def comment_response(
    row: ListedComment,
    events: Sequence[Event],
    *,
    base: str,
    statement: dict[str, Any] | None = None,
    author_statement: dict[str, Any] | None = None,
) -> CommentResponse:
    return CommentResponse(
        **_facts(row, base), history=(_arrival(row), *map(_change, events)), archived=row.comment.archived,
        statement=StatementResponse.model_validate(statement) if statement else None,
        author_statement=StatementResponse.model_validate(author_statement) if author_statement else None,
    )  # fmt: skip


def _facts(row: ListedComment, base: str) -> dict[str, Any]:
    comment, thread = row.comment, row.thread
    path = f"/v1/comments/{comment.id}"
    return {
        **public_comment(comment, thread),
        "state": State(comment.state),
        "url": base + path,
        "revision": comment.revision,
        "updated_at": comment.updated_at,
        "judged_at": comment.judged_at,
        "verdict": _verdict(row.verdict) if row.verdict else None,
        "links": _links(path, feed_path(comment.site_id, thread.external_id), base),
    }


def _links(comment: str, feed: str, base: str) -> Links:
    root = urlsplit(base).path
    return Links(self=root + comment, feed=root + feed)


def _verdict(row: VerdictRow) -> VerdictResponse:
    reasons = tuple(ReasonResponse.model_validate(reason) for reason in row.reasons)
    return VerdictResponse(state=State(row.state), revision=row.revision, at=row.at, reasons=reasons, signals=row.signals)


def _arrival(row: ListedComment) -> ChangeResponse:
    return ChangeResponse(version=0, from_state=None, to_state=State.PENDING, at=row.comment.received_at, by="host")


def _change(event: Event) -> ChangeResponse:
    facts = event.facts or {}
    return ChangeResponse(
        version=event.seq,
        from_state=State(event.from_state),
        to_state=State(event.to_state),
        at=event.at,
        by=str(facts.get("by", "host")),
        reason=str(facts.get("reason", "")),
        note=str(facts.get("note", "")),
        undo=bool(facts.get("undo", False)),
    )
