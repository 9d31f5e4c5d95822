"""JSON endpoints for the queue page's script: actions, undo and redo. The page shows the next card without waiting for them."""

from typing import Annotated, Literal
from uuid import UUID

from flask import Response, jsonify, request
from pydantic import BaseModel, ConfigDict, Field

from service.actions.moderation import escalate
from service.actions.moderation.queue_actions import MAX_COMMENTS, Outcome, SeenComment
from service.clock import utcnow
from service.domain.errors import Invalid
from service.store.moderation import queue_counts
from service.store.moderation.queue_filter import QueueFilter
from service.store.tables.accounts import Role
from service.web.auth.sessions import current_moderator_id, current_role, site_id, with_role
from service.web.http.field_types import NO_NUL, Moment
from service.web.http.json_body import parse
from service.web.pages.blueprint import bp
from service.web.pages.queue.apply_action import apply_decision, apply_escalation, apply_redo, apply_undo
from service.web.pages.queue.conflict_text import conflict_text
from service.web.pages.queue.page import counts_json
from service.web.pages.queue.query_params import asked_at
from service.web.pages.queue.queue_act import act_of, approves_with_message
from service.web.resources.web_resources import resources

Kind = Literal["approve", "reject", "spam", "hold", "keep", "escalate", "return", "skip"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Item(_Strict):
    """One comment as the page showed it."""

    id: UUID
    version: Annotated[int, Field(ge=0, lt=10**9)]
    until: Moment | None = None


class ActionBody(_Strict):
    """One action. The page makes its id: a repeated id gets the same response and changes nothing (idempotent).

    `view` is the URL of the page. Similar comments within its tab, filters and search are decided together with the card. Without
    `view`, no similar comments are decided.
    """

    action_id: UUID
    act: Kind
    reason: Annotated[str, Field(max_length=64, pattern=r"^[a-z0-9_]*$")] = ""
    to: Annotated[str, Field(max_length=64, pattern=r"^[a-z0-9-]*$")] = ""
    note: Annotated[str, Field(max_length=2000, pattern=NO_NUL)] = ""
    view: Annotated[str, Field(max_length=4000)] = ""
    items: Annotated[list[Item], Field(min_length=1, max_length=MAX_COMMENTS)]

    @property
    def seen(self) -> list[SeenComment]:
        return [SeenComment(item.id, item.version, item.until) for item in self.items]

    @property
    def queue_view(self) -> QueueFilter | None:
        return asked_at(self.view) if self.view else None


class UndoBody(_Strict):
    """Undo this action."""

    action_id: UUID


class RedoBody(_Strict):
    """Redo this action under the new id `anew`."""

    action_id: UUID
    anew: UUID


@bp.post("/queue/actions")
@with_role(Role.MODERATOR)
def act() -> Response:
    body = parse(ActionBody, _json())
    if body.act in ("escalate", "return"):
        return _escalation(body)
    act = act_of(f"{body.act}:{body.reason}" if body.act in ("reject", "keep") else body.act)
    if fault := approves_with_message(act, body.note):
        raise Invalid.field("/note", "unexpected", fault)
    with resources().database.writing() as session:
        outcomes = apply_decision(session, body.seen, act, action_id=body.action_id, note=body.note, view=body.queue_view)
    return _outcomes_response(outcomes)


@bp.post("/queue/actions/undo")
@with_role(Role.MODERATOR)
def undo() -> Response:
    body = parse(UndoBody, _json())
    with resources().database.writing() as session:
        outcomes = apply_undo(session, body.action_id)
    return _outcomes_response(outcomes)


@bp.post("/queue/actions/redo")
@with_role(Role.MODERATOR)
def redo() -> Response:
    body = parse(RedoBody, _json())
    with resources().database.writing() as session:
        outcomes = apply_redo(session, body.action_id, anew=body.anew)
    return _outcomes_response(outcomes)


def _escalation(body: ActionBody) -> Response:
    """Escalate comments, or return all comments of that escalation to the queue."""
    ids = [item.id for item in body.items]
    with resources().database.writing() as session:
        if body.act == "escalate":
            apply_escalation(session, body.seen, body.to, note=body.note, view=body.queue_view)
        moved = escalate.in_one_step(session, site_id(), ids, moderator_id=current_moderator_id())
        if body.act == "return":
            escalate.return_to_queue(
                session, site_id(), [row.id for row in moved], moderator_id=current_moderator_id(), now=utcnow()
            )
    return _outcomes_response([Outcome(row.id, row.version) for row in moved])


def _outcomes_response(outcomes: list[Outcome]) -> Response:
    """The outcomes, and the numbers for the tabs."""
    sentences = iter(conflict_text([outcome for outcome in outcomes if outcome.refusal]))
    with resources().database.reading() as session:
        numbers = queue_counts.counts(session, site_id(), moderator_id=current_moderator_id(), role=current_role())
    shown = [
        {"id": str(o.comment_id), "ok": False, "code": o.refusal.code, "detail": next(sentences)}
        if o.refusal
        else {"id": str(o.comment_id), "ok": True, "version": o.version}
        for o in outcomes
    ]
    return jsonify(outcomes=shown, **counts_json(numbers))


def _json() -> bytes:
    if not request.is_json:
        raise Invalid("expected a body of application/json")
    return request.get_data()
