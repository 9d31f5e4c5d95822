"""The host API for decisions: a person at the host decides on a comment, or undoes the last decision."""

from datetime import timedelta
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from flask import Blueprint, Response
from pydantic import Field
from sqlalchemy.orm import Session

from service.actions.moderation.decide import Actor, Decided, Ruling, decide, undo
from service.clock import utcnow
from service.domain.errors import AlreadyDecided, Code, Conflict, Fault, NotFound, Refusal
from service.domain.states import State
from service.jobs.names import Job
from service.store.moderation.decisions import is_here, is_undecided, last_decision
from service.store.tables.sites import Scope
from service.web.auth.api_keys import api_key, require_scope
from service.web.auth.rate_limit import Rate, rate_limited
from service.web.http.field_types import Long, Slug, Strict, Version
from service.web.http.json_body import parse_body
from service.web.http.responses import ResponseModel, json_response
from service.web.openapi.operation import JSON, Answer, operation
from service.web.resources.web_resources import resources

bp = Blueprint("decisions", __name__, url_prefix="/v1")


class Word(StrEnum):
    """The values of `decision`."""

    APPROVE = "approve"
    REJECT = "reject"
    HOLD = "hold"
    UNDO = "undo"


_STATES = {Word.APPROVE: State.APPROVED, Word.REJECT: State.REJECTED, Word.HOLD: State.HELD}


class DecisionBody(Strict):
    """A decision. `version` is the one that the person saw; without it the newest is decided on."""

    decision: Annotated[Word, Field(strict=False)]
    reason: Slug = Field(default="", description="A word of yours for statistics, like off_topic.")
    note: Long = Field(default="", description="A sentence for whoever asks later.")
    version: Version | None = Field(default=None, description="The version that the person saw.")


class DecisionResponse(ResponseModel):
    """A decision that took effect."""

    id: UUID
    comment: UUID
    from_state: State
    state: State
    version: int


@bp.post("/comments/<uuid:comment_id>/decision")
@require_scope(Scope.MODERATE)
@rate_limited(Rate.KEY)
@operation(
    "Comments",
    "Decide on a comment",
    detail="approve, reject, hold, or undo the last decision. Whoever comes late gets 409 and is told who was first. To approve what "
    "the checks approved, or reject what they rejected, is a decision too: your site's model learns from it. It sends no webhook.",
    takes={JSON: DecisionBody},
    answers={200: Answer("It took effect", {JSON: DecisionResponse})},
    refusals=(Code.NOT_FOUND, Code.GONE, Code.ALREADY_DECIDED, Code.CONFLICT, Code.TOO_LARGE, Code.WRONG_TYPE),
)
def decide_comment(comment_id: UUID) -> Response:
    body, _ = parse_body(DecisionBody)
    with resources().database.writing() as session:
        outcome = _undone(session, comment_id, body) if body.decision is Word.UNDO else _decided(session, comment_id, body)
        if isinstance(outcome, Refusal):
            raise outcome
    resources().notifier.notify(Job.DELIVER)
    change = outcome.change
    resources().feeds.evict(change.thread_id)
    return json_response(
        DecisionResponse(
            id=outcome.decision_id,
            comment=change.comment_id,
            from_state=change.from_state,
            state=change.to_state,
            version=change.version,
        )
    )


def _decided(session: Session, comment_id: UUID, body: DecisionBody) -> Decided | Refusal:
    agrees = body.decision is not Word.HOLD and is_undecided(session, comment_id)
    ruling = Ruling(comment_id, _STATES[body.decision], body.version, body.reason, body.note, confirms=agrees)
    return decide(session, api_key().site_id, [ruling], actor=_actor(), now=utcnow(), delay=_delay())[0]


def _undone(session: Session, comment_id: UUID, body: DecisionBody) -> Decided | Refusal:
    last = last_decision(session, api_key().site_id, comment_id)
    if last is None and not is_here(session, api_key().site_id, comment_id):
        return NotFound("no such comment on this site")
    if last is None:
        return Conflict("there is no decision on this comment to take back")
    if last.undoes is not None:
        return Conflict("the last decision on this comment was taken back already")
    if body.version is not None and body.version != last.version:
        detail = f"somebody moved this comment since version {body.version}"
        return AlreadyDecided(detail, Fault("/version", "stale", f"expected the version of the last decision, {last.version}"))
    return undo(session, api_key().site_id, [last.id], actor=_actor(), now=utcnow(), delay=_delay())[0]


def _actor() -> Actor:
    return Actor(key_id=api_key().key_id)


def _delay() -> timedelta:
    return timedelta(seconds=resources().settings.decision_delay)
