"""The queue page without JavaScript: every card is a form; POST, redirect, next card."""

from flask import redirect, request
from werkzeug.wrappers import Response as AnyResponse

from service.actions.moderation import escalate
from service.actions.moderation.queue_actions import SeenComment
from service.clock import utcnow
from service.domain.ids import new_id
from service.store.moderation import queue
from service.store.moderation.queue_cursor import cursor_of
from service.store.moderation.queue_filter import QueueFilter
from service.store.tables.accounts import Role
from service.web.auth.sessions import current_moderator_id, site_id, with_role
from service.web.http.i18n import _, ngettext
from service.web.pages.blueprint import bp, unchanged
from service.web.pages.queue.apply_action import apply_decision, apply_escalation, apply_redo, apply_undo
from service.web.pages.queue.conflict_text import conflict_text
from service.web.pages.queue.page import render_queue
from service.web.pages.queue.query_params import action_id, address, asked_at, seen_comment
from service.web.pages.queue.queue_act import QueueAct, act_of, approves_with_message
from service.web.resources.web_resources import resources

#: What comments that are rejected as a whole have in common.
TOGETHER = ("author", "link")


@bp.post("/queue/decide")
@with_role(Role.MODERATOR)
def decide_by_form() -> AnyResponse:
    """Apply the button that was pressed to one card, or to all selected cards."""
    form = request.form
    if form.get("act") == "":
        return unchanged()
    seen = [item for value in form.getlist("comment") if (item := seen_comment(value))]
    if not seen:
        return render_queue(_view(), 422, outcomes=[_("Select comments first, then choose an action.")])
    act = act_of(form.get("act", ""))
    if fault := approves_with_message(act, form.get("note", "")):
        return render_queue(_view(), 422, outcomes=[fault])
    if act.kind == "skip":
        return redirect(address(site_id(), _view(), after=_cursor_after(seen[-1])), 303)
    if act.kind == "escalate":
        return _escalated(seen, act.reason or form.get("to", ""), form.get("word", ""))
    return _moved(seen, act)


@bp.post("/queue/undo")
@with_role(Role.MODERATOR)
def undo_by_form() -> AnyResponse:
    undone = action_id(request.form)
    with resources().database.writing() as session:
        outcomes = apply_undo(session, undone)
    if refused := [outcome for outcome in outcomes if outcome.refusal]:
        return render_queue(_view(), 409, outcomes=conflict_text(refused))
    return redirect(address(site_id(), _view()) + f"&undone={undone}", 303)


@bp.post("/queue/redo")
@with_role(Role.MODERATOR)
def redo_by_form() -> AnyResponse:
    with resources().database.writing() as session:
        outcomes = apply_redo(session, action_id(request.form), anew=new_id())
    if refused := [outcome for outcome in outcomes if outcome.refusal]:
        return render_queue(_view(), 409, outcomes=conflict_text(refused))
    return redirect(address(site_id(), _view()), 303)


@bp.post("/queue/return")
@with_role(Role.MODERATOR)
def return_to_queue_by_form() -> AnyResponse:
    """Return escalated comments to the queue."""
    ids = [item.comment_id for value in request.form.getlist("comment") if (item := seen_comment(value))]
    with resources().database.writing() as session:
        escalate.return_to_queue(session, site_id(), ids, moderator_id=current_moderator_id(), now=utcnow())
    return redirect(address(site_id(), _view()), 303)


def _moved(seen: list[SeenComment], act: QueueAct) -> AnyResponse:
    with resources().database.writing() as session:
        note = request.form.get("note", "")[:2000]
        together = request.form.get("together", "") if request.form.get("together") in TOGETHER else ""
        outcomes = apply_decision(session, seen, act, action_id=new_id(), note=note, view=_named_view(), together=together)
    if refused := [outcome for outcome in outcomes if outcome.refusal]:
        return render_queue(_view(), 409, outcomes=conflict_text(refused) + _rest(len(outcomes) - len(refused)))
    return redirect(address(site_id(), _view(), after=_view().after), 303)


def _escalated(seen: list[SeenComment], to: str, note: str) -> AnyResponse:
    with resources().database.writing() as session:
        apply_escalation(session, seen, to, note=note[:2000], view=_named_view())
    return redirect(address(site_id(), _view(), after=_view().after), 303)


def _cursor_after(seen: SeenComment) -> str:
    with resources().database.reading() as session:
        row = queue.card_of(session, site_id(), seen.comment_id)
    return cursor_of(row, _view()) if row else ""


def _rest(number: int) -> list[str]:
    return [ngettext("%(num)d other comment was decided.", "%(num)d other comments were decided.", number)] if number else []


def _view() -> QueueFilter:
    """The view of the queue page that contained the form, from its hidden field."""
    return asked_at(request.form.get("view", ""))


def _named_view() -> QueueFilter | None:
    """The view that limits a decision to its similar comments; None if the form names none."""
    return _view() if request.form.get("view") else None
