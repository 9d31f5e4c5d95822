"""What moderators do on the queue page without JavaScript: every card is a form; POST, redirect, next card."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from flask import redirect, request
from werkzeug.wrappers import Response as AnyResponse

from service.actions.moderation import escalate, queue_actions
from service.actions.moderation.queue_actions import SeenComment
from service.domain.errors import Fault, Invalid
from service.domain.ids import new_id
from service.domain.states import State
from service.store.moderation import queue
from service.store.moderation.queue import QueueFilter
from service.store.sites.sites import site
from service.store.tables.accounts import Role
from service.web.auth.sessions import current_moderator_id, site_id, with_role
from service.web.http.i18n import _, ngettext
from service.web.pages.blueprint import bp, unchanged
from service.web.pages.queue.actions_api import QueueAct, act_of, approves_with_message
from service.web.pages.queue.conflict_text import conflict_text
from service.web.pages.queue.page import shown
from service.web.pages.queue.query_params import address, asked_at, moment, uuid
from service.web.pages.queue.rejection_reasons import rejections
from service.web.resources.web_resources import resources


@bp.post("/queue/decide")
@with_role(Role.MODERATOR)
def decide_by_form() -> AnyResponse:
    """One card, or all that are selected, with the act of the button that was pressed."""
    form = request.form
    if form.get("act") == "":
        return unchanged()
    seen = [item for value in form.getlist("comment") if (item := _seen(value))]
    if not seen:
        return shown(_view(), 422, outcomes=[_("Select some comments first, then choose what to do with them.")])
    act = act_of(form.get("act", ""))
    if fault := approves_with_message(act, form.get("note", "")):
        return shown(_view(), 422, outcomes=[fault])
    if act.kind == "skip":
        return redirect(address(site_id(), _view(), after=_cursor_after(seen[-1])), 303)
    if act.kind == "escalate":
        return _escalated(seen, act.reason or form.get("to", ""), form.get("word", ""))
    return _moved(seen, act)


@bp.post("/queue/undo")
@with_role(Role.MODERATOR)
def undo_by_form() -> AnyResponse:
    gesture_id = _gesture()
    with resources().database.writing() as session:
        outcomes = queue_actions.undo_action(
            session, site_id(), gesture_id, moderator_id=current_moderator_id(), now=_now(), delay=_delay()
        )
    if refused := [outcome for outcome in outcomes if outcome.refusal]:
        return shown(_view(), 409, outcomes=conflict_text(refused))
    return redirect(address(site_id(), _view()) + f"&undone={gesture_id}", 303)


@bp.post("/queue/redo")
@with_role(Role.MODERATOR)
def redo_by_form() -> AnyResponse:
    with resources().database.writing() as session:
        outcomes = queue_actions.redo_action(
            session, site_id(), _gesture(), anew=new_id(), moderator_id=current_moderator_id(), now=_now(), delay=_delay()
        )
    if refused := [outcome for outcome in outcomes if outcome.refusal]:
        return shown(_view(), 409, outcomes=conflict_text(refused))
    return redirect(address(site_id(), _view()), 303)


@bp.post("/queue/calm")
@with_role(Role.MODERATOR)
def return_to_queue_by_form() -> AnyResponse:
    """Back from the escalated ones to the queue."""
    ids = [item.comment_id for value in request.form.getlist("comment") if (item := _seen(value))]
    with resources().database.writing() as session:
        escalate.return_to_queue(session, site_id(), ids, moderator_id=current_moderator_id(), now=_now())
    return redirect(address(site_id(), _view()), 303)


def _moved(seen: list[SeenComment], act: QueueAct) -> AnyResponse:
    with resources().database.writing() as session:
        known = {r.code: r for r in rejections(site(session, site_id()))}
        note = request.form.get("note", "").strip()[:2000] or (known[act.reason].text if act.reason in known else "")
        outcomes = queue_actions.decide_all(
            session, site_id(), seen, act.state or State.HELD,
            gesture_id=uuid(request.form.get("gesture", "")) or new_id(), moderator_id=current_moderator_id(),
            now=_now(), delay=_delay(), reason=act.reason, note=note, asked=_named_view(),
        )  # fmt: skip
    if refused := [outcome for outcome in outcomes if outcome.refusal]:
        return shown(_view(), 409, outcomes=conflict_text(refused) + _rest(len(outcomes) - len(refused)))
    return redirect(address(site_id(), _view(), after=_view().after), 303)


def _escalated(seen: list[SeenComment], to: str, note: str) -> AnyResponse:
    with resources().database.writing() as session:
        whose = escalate.parse_target(session, site_id(), to, moderator_id=current_moderator_id())
        escalate.escalate(
            session,
            site_id(),
            seen,
            whose,
            moderator_id=current_moderator_id(),
            note=note.strip()[:2000],
            now=_now(),
            asked=_named_view(),
        )
    return redirect(address(site_id(), _view(), after=_view().after), 303)


def _cursor_after(seen: SeenComment) -> str:
    with resources().database.reading() as session:
        row = queue.one(session, site_id(), seen.comment_id)
    return queue.cursor_of(row, _view()) if row else ""


def _rest(number: int) -> list[str]:
    return [ngettext("%(num)d other was decided.", "%(num)d others were decided.", number)] if number else []


def _view() -> QueueFilter:
    """Where the form was: the address of the queue that it carries along."""
    return asked_at(request.form.get("view", ""))


def _named_view() -> QueueFilter | None:
    """The view that a decision is bound to; none where the form does not say."""
    return _view() if request.form.get("view") else None


def _seen(value: str) -> SeenComment | None:
    """`id`, `id:version` or `id:version:until`, as the cards write it."""
    name, _, rest = value.partition(":")
    version, _, until = rest.partition(":")
    comment_id = uuid(name)
    if comment_id is None or (version and not (version.isascii() and version.isdigit() and len(version) < 9)):
        return None
    return SeenComment(comment_id, int(version) if version else None, moment(until))


def _gesture() -> UUID:
    found = uuid(request.form.get("gesture", ""))
    if found is None:
        raise Invalid("expected the id of a gesture", Fault("/gesture", "format", "expected a UUID"))
    return found


def _delay() -> timedelta:
    return timedelta(seconds=resources().settings.decision_delay)


def _now() -> datetime:
    return datetime.now(UTC)
