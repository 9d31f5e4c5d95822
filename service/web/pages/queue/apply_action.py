"""Applies one action of a moderator on the queue page. Used by the HTML forms and by the JSON endpoints of the page's script."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from service.actions.moderation import escalate, queue_actions
from service.actions.moderation.queue_actions import Outcome, SeenComment
from service.domain.states import State
from service.store.moderation.queue import QueueFilter
from service.store.sites.sites import site
from service.web.auth.sessions import current_moderator_id, site_id
from service.web.pages.queue.queue_act import QueueAct
from service.web.pages.queue.rejection_reasons import rejections
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
    texts = {reason.code: reason.text for reason in rejections(site(session, site_id()))}
    return queue_actions.decide_all(
        session, site_id(), seen, act.state or State.HELD, asked=view, action_id=action_id, moderator_id=current_moderator_id(),
        now=datetime.now(UTC), delay=undo_time(), reason=act.reason, note=note.strip() or texts.get(act.reason, ""),
        together=together, confirms=act.kind == "keep",
    )  # fmt: skip


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
        now=datetime.now(UTC),
        asked=view,
    )


def undo_time() -> timedelta:
    """The time between a decision and its webhook. If the decision is undone within this time, no webhook is sent."""
    return timedelta(seconds=resources().settings.decision_delay)
