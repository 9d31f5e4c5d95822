"""The host API for comments: post one, and see what became of it."""

import hashlib
from uuid import UUID

from flask import Blueprint, Response, jsonify, request
from sqlalchemy import select

from service.actions.submit import Accepted, Submission
from service.domain.errors import Fault, Invalid, NotFound, Refusal
from service.jobs import Job
from service.store.comments import Comment, VerdictRow
from service.store.sites import Scope
from service.web.auth import asks, caller
from service.web.doors import doors
from service.web.drafts import CommentBody, parsed

bp = Blueprint("comments", __name__, url_prefix="/v1")


@bp.post("/comments")
@asks(Scope.SUBMIT)
def receive() -> Response:
    body = request.get_data()
    draft = parsed(CommentBody, body).draft()
    submission = Submission(caller().site_id, draft, key=_idempotency_key(), body_digest=hashlib.sha256(body).hexdigest())
    outcome = doors().committer.submit(submission)
    if isinstance(outcome, Refusal):
        raise outcome
    doors().bell.ring(Job.DRAIN)
    return _accepted(outcome)


@bp.get("/comments/<uuid:comment_id>")
@asks(Scope.READ)
def show(comment_id: UUID) -> Response:
    with doors().database.reading() as session:
        comment = session.get(Comment, comment_id)
        if comment is None or comment.site_id != caller().site_id:
            raise NotFound("no such comment on this site")
        verdict = session.scalar(
            select(VerdictRow).where(VerdictRow.comment_id == comment_id).order_by(VerdictRow.at.desc()).limit(1)
        )
    return jsonify(id=str(comment.id), state=comment.state, version=comment.version, reasons=verdict.reasons if verdict else [])


def _accepted(outcome: Accepted) -> Response:
    location = f"/v1/comments/{outcome.comment_id}"
    response = jsonify(id=str(outcome.comment_id), state="pending", url=doors().settings.url + location)
    response.status_code = 202
    response.headers["Location"] = location
    if outcome.replayed:
        response.headers["Idempotent-Replayed"] = "true"
    return response


def _idempotency_key() -> str:
    key = request.headers.get("Idempotency-Key", "")
    if len(key) > 255 or not key.isascii() or not key.isprintable():
        detail = "expected at most 255 printable ASCII characters"
        raise Invalid(f"Idempotency-Key: {detail}", Fault("header:Idempotency-Key", "format", detail))
    return key
