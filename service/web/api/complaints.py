"""The host API for complaints: an author complains about a restriction of their comment, and reads the outcome."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from flask import Blueprint, Response
from pydantic import Field, StringConstraints

from service.actions.reported.complain import LONGEST, ComplaintDraft, complain_about_ban, complain_as_author
from service.clock import utcnow
from service.domain.errors import Code, Invalid, NotFound
from service.domain.reported.contact import Contact
from service.jobs.names import Job
from service.store.reported.complaints import complaints_about
from service.store.reported.public_json import public_complaint
from service.store.tables.reported import Complaint, ComplaintState
from service.store.tables.sites import Scope
from service.web.auth.api_keys import api_key, require_scope
from service.web.auth.rate_limit import Rate, rate_limited
from service.web.http.field_types import NO_NUL, Email, Language, Short, Strict, Version
from service.web.http.json_body import parse_body
from service.web.http.responses import ResponseModel, json_response
from service.web.openapi.operation import JSON, Answer, operation
from service.web.resources.web_resources import resources

bp = Blueprint("complaints", __name__, url_prefix="/v1")
TAG = "Reports"


class ComplaintBody(Strict):
    """A complaint by the author of a comment."""

    text: Annotated[str, StringConstraints(min_length=1, max_length=LONGEST, pattern=NO_NUL)] = Field(
        description="Why the decision is wrong."
    )
    name: Short = Field(default="", description="Kept encrypted.")
    email: Email = Field(default="", description="Kept encrypted, for the answer.")
    language: Language = Field(default="en", description="The language of the answer: en, de, ar or hi.")
    about: Literal["comment", "ban"] = Field(
        default="comment", description="The restriction of the comment, or the ban of its author that is in force."
    )
    version: Version | None = Field(
        default=None, description="The version of the comment that was restricted; else the present one. Not for a ban."
    )


class ComplaintResponse(ResponseModel):
    """A complaint and its outcome. `about` is comment, ban or report, `complainant` is author or reporter, and `status_url` is their secret page."""

    id: UUID
    version: int
    comment: UUID
    report: UUID | None
    about: str
    complainant: str
    state: ComplaintState
    text: str
    received_at: datetime
    decided_at: datetime | None
    note: str
    automated: bool
    status_url: str


class ComplaintsResponse(ResponseModel):
    """All complaints about a comment, oldest first."""

    complaints: tuple[ComplaintResponse, ...]


@bp.post("/comments/<uuid:comment_id>/complaint")
@require_scope(Scope.SUBMIT)
@rate_limited(Rate.KEY)
@operation(
    TAG,
    "Complain about a decision",
    detail="Within six months after a comment was rejected or hidden, or its author banned. A person who had not decided before decides; you are told by the "
    "webhook `complaint.decided`.",
    takes={JSON: ComplaintBody},
    answers={201: Answer("It is stored", {JSON: ComplaintResponse})},
    refusals=(Code.NOT_FOUND, Code.GONE, Code.ARCHIVED, Code.CONFLICT, Code.TOO_LARGE, Code.WRONG_TYPE),
)
def complain(comment_id: UUID) -> Response:
    body, _ = parse_body(ComplaintBody)
    draft = ComplaintDraft(body.text, Contact(body.name, body.email), body.language[:16] or "en")
    if body.about == "ban" and body.version is not None:
        raise Invalid.field("/version", "about_ban", "a ban has no version of a comment: leave `version` out, or `about`")
    site_id, secret_box = api_key().site_id, resources().secret_box
    with resources().database.writing() as session:
        if body.about == "ban":
            complaint = complain_about_ban(session, site_id, comment_id, draft, secret_box=secret_box, now=utcnow())
        else:
            complaint = complain_as_author(
                session, site_id, comment_id, draft, seq=body.version, secret_box=secret_box, now=utcnow()
            )
        response = _response(complaint)
    resources().notifier.notify(Job.DELIVER)
    return json_response(response, 201)


@bp.get("/comments/<uuid:comment_id>/complaint")
@require_scope(Scope.READ)
@rate_limited(Rate.KEY)
@operation(
    TAG,
    "What became of the complaints about a comment",
    answers={200: Answer("The complaints", {JSON: ComplaintsResponse})},
    refusals=(Code.NOT_FOUND,),
)
def get_complaints(comment_id: UUID) -> Response:
    with resources().database.reading() as session:
        complaints = complaints_about(session, api_key().site_id, comment_id)
        if not complaints:
            raise NotFound("no complaint about such a comment on this site")
        return json_response(ComplaintsResponse(complaints=tuple(map(_response, complaints))))


def _response(complaint: Complaint) -> ComplaintResponse:
    facts = public_complaint(complaint, links=resources().reader_links)
    return ComplaintResponse(**{**facts, "state": ComplaintState(complaint.state)})
