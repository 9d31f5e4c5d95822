"""What the module on the queue page asks for while the next card is up already: gestures, undo and redo as JSON."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal
from uuid import UUID

from flask import Response, jsonify, request
from pydantic import BaseModel, ConfigDict, Field

from service.actions.moderation import escalate, queue_actions
from service.actions.moderation.queue_actions import MAX_COMMENTS, Outcome, SeenComment
from service.domain.errors import Invalid
from service.domain.states import State
from service.store.moderation import queue
from service.store.moderation.queue import QueueFilter
from service.store.sites.sites import site
from service.store.tables.accounts import Role
from service.web.auth.sessions import current_moderator_id, current_role, site_id, with_role
from service.web.http.field_types import NO_NUL, Moment
from service.web.http.i18n import _
from service.web.http.json_body import parse
from service.web.pages.blueprint import bp
from service.web.pages.queue.conflict_text import conflict_text
from service.web.pages.queue.page import numbers_shown
from service.web.pages.queue.query_params import asked_at
from service.web.pages.queue.rejection_reasons import SPAM, rejections
from service.web.resources.web_resources import resources

Kind = Literal["approve", "reject", "spam", "hold", "escalate", "calm", "skip"]
STATES = {"approve": State.APPROVED, "reject": State.REJECTED, "spam": State.REJECTED, "hold": State.HELD}


@dataclass(frozen=True, slots=True)
class QueueAct:
    """What a button or a key does: to which state, and for which reason."""

    kind: str
    state: State | None
    reason: str = ""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Item(_Strict):
    """One comment as it stood on the page."""

    id: UUID
    version: Annotated[int, Field(ge=0, lt=10**9)]
    until: Moment | None = None


class ActionBody(_Strict):
    """One gesture. Its id is made by the page; the same id again gets the same answer and changes nothing more.

    `view` is the address of the page, whose tab, filters and search bind what is taken along. Without it nothing is.
    """

    gesture: UUID
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
    """Take this gesture back."""

    gesture: UUID


class RedoBody(_Strict):
    """Do this gesture again, under a new id."""

    gesture: UUID
    anew: UUID


@bp.post("/queue/gestures")
@with_role(Role.MODERATOR)
def act() -> Response:
    body = parse(ActionBody, _json())
    if body.act in ("escalate", "calm"):
        return _escalation(body)
    act = act_of(f"reject:{body.reason}" if body.act == "reject" else body.act)
    if fault := approves_with_message(act, body.note):
        raise Invalid.field("/note", "unexpected", fault)
    with resources().database.writing() as session:
        known = {r.code: r for r in rejections(site(session, site_id()))}
        note = body.note.strip() or (known[act.reason].text if act.reason in known else "")
        outcomes = queue_actions.decide_all(
            session, site_id(), body.seen, act.state or State.HELD, asked=body.queue_view,
            gesture_id=body.gesture, moderator_id=current_moderator_id(), now=_now(), delay=_delay(), reason=act.reason, note=note,
        )  # fmt: skip
    return _answer(outcomes)


@bp.post("/queue/gestures/undo")
@with_role(Role.MODERATOR)
def undo() -> Response:
    body = parse(UndoBody, _json())
    with resources().database.writing() as session:
        outcomes = queue_actions.undo_action(
            session, site_id(), body.gesture, moderator_id=current_moderator_id(), now=_now(), delay=_delay()
        )
    return _answer(outcomes)


@bp.post("/queue/gestures/redo")
@with_role(Role.MODERATOR)
def redo() -> Response:
    body = parse(RedoBody, _json())
    with resources().database.writing() as session:
        outcomes = queue_actions.redo_action(
            session, site_id(), body.gesture, anew=body.anew, moderator_id=current_moderator_id(), now=_now(), delay=_delay()
        )
    return _answer(outcomes)


def act_of(word: str) -> QueueAct:
    """The act behind a button's value: `approve`, `reject`, `reject:reason`, `spam`, `hold`, `escalate:to` or `skip`."""
    kind, _, reason = word.partition(":")
    if kind in ("escalate", "skip"):
        return QueueAct(kind, None, reason[:64])
    if kind not in STATES:
        raise Invalid.field("/act", "unknown", f"expected one of {', '.join(STATES)}, escalate or skip")
    return QueueAct(kind, STATES[kind], SPAM if kind == "spam" else reason[:64] if kind == "reject" else "")


def approves_with_message(act: QueueAct, note: str) -> str:
    """Why this approval is refused, or nothing. Only the sheet of a rejection has a message to the author, so a browser that
    sends one with an approval has pressed another button than the person did."""
    if act.state is not State.APPROVED or not note.strip():
        return ""
    return _("Nothing was decided: a message to the author goes with a rejection only.")


def _escalation(body: ActionBody) -> Response:
    """Escalate comments, or take the whole step back."""
    ids = [item.id for item in body.items]
    with resources().database.writing() as session:
        if body.act == "escalate":
            to = escalate.parse_target(session, site_id(), body.to, moderator_id=current_moderator_id())
            escalate.escalate(
                session,
                site_id(),
                body.seen,
                to,
                moderator_id=current_moderator_id(),
                note=body.note.strip(),
                now=_now(),
                asked=body.queue_view,
            )
        moved = escalate.in_one_step(session, site_id(), ids, moderator_id=current_moderator_id())
        if body.act == "calm":
            escalate.return_to_queue(
                session, site_id(), [row.id for row in moved], moderator_id=current_moderator_id(), now=_now()
            )
    return _answer([Outcome(row.id, row.version) for row in moved])


def _answer(outcomes: list[Outcome]) -> Response:
    """Each outcome, and how many are left."""
    sentences = iter(conflict_text([outcome for outcome in outcomes if outcome.refusal]))
    with resources().database.reading() as session:
        numbers = queue.counts(session, site_id(), moderator_id=current_moderator_id(), role=current_role())
    shown = [
        {"id": str(o.comment_id), "ok": False, "code": o.refusal.code, "detail": next(sentences)}
        if o.refusal
        else {"id": str(o.comment_id), "ok": True, "version": o.version}
        for o in outcomes
    ]
    return jsonify(outcomes=shown, **numbers_shown(numbers))


def _json() -> bytes:
    if not request.is_json:
        raise Invalid("expected a body of application/json")
    return request.get_data()


def _delay() -> timedelta:
    return timedelta(seconds=resources().settings.decision_delay)


def _now() -> datetime:
    return datetime.now(UTC)
