"""Applies, undoes and redoes one action of a moderator, for the forms of all pages and for the script of the queue page."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from service.actions.moderation import escalate, queue_actions
from service.actions.moderation.queue_actions import Outcome, SeenComment
from service.clock import utcnow
from service.domain.states import State
from service.store.moderation.queue_filter import QueueFilter
from service.store.sites.sites import site
from service.web.auth.sessions import current_moderator_id, site_id
from service.web.pages.queue.queue_act import QueueAct
from service.web.pages.queue.rejection_reasons import message_to_author
from service.web.resources.web_resources import resources


def apply_decision(
    session: Session,
    seen: Sequence[SeenComment],
    act: QueueAct,
    *,
    action_id: UUID,
    note: str,
    view: QueueFilter | None,
    together: str = "",
) -> list[Outcome]:
    """Move these comments to the state of the act. If the moderator wrote no message, the message of the rejection reason is
    sent."""
    message = note.strip() or message_to_author(site(session, site_id()), act.reason)
    return queue_actions.decide_all(
        session, site_id(), seen, act.state or State.HELD, asked=view, action_id=action_id, moderator_id=current_moderator_id(),
        now=utcnow(), delay=undo_time(), reason=act.reason, note=message,
        together=together, confirms=act.kind == "keep",
    )  # fmt: skip


def apply_undo(session: Session, action_id: UUID) -> list[Outcome]:
    """Undo an action of this moderator. A comment that changed since stays as it is."""
    return queue_actions.undo_action(
        session, site_id(), action_id, moderator_id=current_moderator_id(), now=utcnow(), delay=undo_time()
    )


def apply_redo(session: Session, action_id: UUID, *, anew: UUID) -> list[Outcome]:
    """Redo an action of this moderator that was undone, under the new id `anew`."""
    return queue_actions.redo_action(
        session, site_id(), action_id, anew=anew, moderator_id=current_moderator_id(), now=utcnow(), delay=undo_time()
    )


def apply_escalation(session: Session, seen: Sequence[SeenComment], to: str, *, note: str, view: QueueFilter | None) -> None:
    """Escalate these comments to the colleague or the role that the button names."""
    target = escalate.parse_target(session, site_id(), to, moderator_id=current_moderator_id())
    escalate.escalate(
        session,
        site_id(),
        seen,
        target,
        moderator_id=current_moderator_id(),
        note=note.strip(),
        now=utcnow(),
        asked=view,
    )


def undo_time() -> timedelta:
    """The time between a decision and its webhook. If the decision is undone within this time, no webhook is sent."""
    return timedelta(seconds=resources().settings.decision_delay)
