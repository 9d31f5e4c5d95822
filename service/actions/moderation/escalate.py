"""Escalate: a moderator passes held comments to a colleague or to a role. The activity log records who escalated, to whom and
why."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from service.actions.moderation.queue_actions import SeenComment, with_group
from service.domain.errors import Invalid
from service.domain.ids import new_id
from service.domain.states import State
from service.store.db.column_types import AnyRow, table
from service.store.db.site_keys import site_of
from service.store.moderation.decision_log import colleagues
from service.store.moderation.queue_filter import QueueFilter
from service.store.tables.accounts import Role
from service.store.tables.comments import Comment
from service.store.tables.moderation import Activity, ActivityKind, Escalation


@dataclass(frozen=True, slots=True)
class EscalationTarget:
    """The target of an escalation: one colleague, or everyone with the role."""

    moderator_id: UUID | None = None
    role: Role = Role.ADMIN


def parse_target(session: Session, site_id: str, name: str, *, moderator_id: UUID) -> EscalationTarget:
    """Parse a target: `admin`, `moderator`, or the id of a colleague; empty means admin.

    Raises Invalid for any other name, and for the moderator's own id.
    """
    if name in ("", Role.ADMIN, Role.MODERATOR):
        return EscalationTarget(role=Role(name or Role.ADMIN))
    colleague_id = next((person.id for person in colleagues(session, site_id) if str(person.id) == name), None)
    if colleague_id is None or colleague_id == moderator_id:
        raise Invalid.field("/to", "unknown", "expected admin, moderator, or the id of a colleague who decides on this site")
    return EscalationTarget(colleague_id)


def escalate(
    session: Session,
    site_id: str,
    seen: Sequence[SeenComment],
    to: EscalationTarget,
    *,
    moderator_id: UUID,
    note: str,
    now: datetime,
    asked: QueueFilter | None = None,
) -> None:
    """Escalate held comments, with the groups of their cards in the view `asked`. A comment that was escalated before goes to the
    new target. A comment that is not held stays as it is."""
    ids = [item.comment_id for item in with_group(session, site_id, seen, asked)]
    # If a comment already has exactly this escalation, the request is a retry and changes nothing for it. Rows are locked in the
    # order of their ids, so that two moderators who escalate the same comments cannot deadlock.
    done = select(Escalation.comment_id).where(
        site_of(Escalation) == site_id,
        Escalation.moderator_id == moderator_id,
        Escalation.to_id.is_not_distinct_from(to.moderator_id),
        Escalation.to_role == to.role,
        Escalation.note == note,
    )
    held = session.scalars(
        select(Comment.id)
        .where(Comment.site_id == site_id, Comment.id.in_(ids), Comment.state == State.HELD, Comment.id.not_in(done))
        .order_by(Comment.id)
        .with_for_update()
    ).all()
    if not held:
        return
    session.execute(delete(Escalation).where(site_of(Escalation) == site_id, Escalation.comment_id.in_(held)))
    common = {
        "site_id": site_id,
        "moderator_id": moderator_id,
        "to_id": to.moderator_id,
        "to_role": to.role,
        "note": note,
        "at": now,
    }
    session.execute(insert(table(Escalation)), [{"comment_id": comment_id, **common} for comment_id in held])
    steps = [
        {"id": new_id(), "comment_id": comment_id, "kind": ActivityKind.ESCALATE, "author_key": "", **common}
        for comment_id in held
    ]
    session.execute(insert(table(Activity)), steps)


def in_one_step(session: Session, site_id: str, ids: Sequence[UUID], *, moderator_id: UUID) -> Sequence[AnyRow]:
    """All comments that this moderator escalated in the same actions as these comments. The rows of one action have the same
    time."""
    by_moderator = (Escalation.site_id == site_id, Escalation.moderator_id == moderator_id)
    times = select(Escalation.at).where(*by_moderator, Escalation.comment_id.in_(ids))
    together = select(Comment.id, Comment.version).join(
        Escalation, (Escalation.comment_id == Comment.id) & (site_of(Escalation) == Comment.site_id)
    )
    return session.execute(
        together.where(*by_moderator, Escalation.at.in_(times)).order_by(Comment.received_at, Comment.id)
    ).all()


def return_to_queue(session: Session, site_id: str, ids: Sequence[UUID], *, moderator_id: UUID, now: datetime) -> None:
    """Take escalations back: the comments return to the queue."""
    gone = session.scalars(
        delete(Escalation)
        .where(Escalation.site_id == site_id, Escalation.comment_id.in_(ids))
        .returning(Escalation.comment_id)
        .execution_options(synchronize_session=False)
    ).all()
    steps = [
        {
            "id": new_id(),
            "site_id": site_id,
            "comment_id": comment_id,
            "moderator_id": moderator_id,
            "kind": ActivityKind.RETURN,
            "at": now,
        }
        for comment_id in gone
    ]
    if steps:
        session.execute(insert(table(Activity)), [{"author_key": "", "to_role": "", "note": "", **step} for step in steps])
