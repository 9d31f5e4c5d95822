"""Escalate: a moderator leaves held comments to somebody, by name or by role; it is kept who did, to whom and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from service.actions.moderation.queue_actions import SeenComment, with_alike
from service.domain.errors import Invalid
from service.domain.ids import new_id
from service.domain.states import State
from service.store.db.column_types import AnyRow, table
from service.store.moderation.decision_log import colleagues
from service.store.moderation.queue import QueueFilter
from service.store.tables.accounts import Role
from service.store.tables.comments import Comment
from service.store.tables.moderation import Activity, ActivityKind, Escalation


@dataclass(frozen=True, slots=True)
class EscalationTarget:
    """Whose turn it is: one colleague's, or that of whoever has the role."""

    moderator_id: UUID | None = None
    role: Role = Role.ADMIN


def parse_target(session: Session, site_id: str, name: str, *, moderator_id: UUID) -> EscalationTarget:
    """What a button or a list names: `admin`, `moderator`, or the id of a colleague; nothing means an admin."""
    if name in ("", Role.ADMIN, Role.MODERATOR):
        return EscalationTarget(role=Role(name or Role.ADMIN))
    found = next((person.id for person in colleagues(session, site_id) if str(person.id) == name), None)
    if found is None or found == moderator_id:
        raise Invalid.field("/to", "unknown", "expected admin, moderator, or the id of a colleague who decides on this site")
    return EscalationTarget(found)


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
    """Hand held comments to a colleague, with those that share their cards in the view `asked`. One that was escalated before is handed on;
    one that is not held stays as it is."""
    ids = [item.comment_id for item in with_alike(session, site_id, seen, asked)]
    # The same once more is a retry. In the order of the ids, so that two who hand on the same do not wait for each other in a ring.
    done = select(Escalation.comment_id).where(
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
    session.execute(delete(Escalation).where(Escalation.comment_id.in_(held)))
    said = {
        "site_id": site_id,
        "moderator_id": moderator_id,
        "to_id": to.moderator_id,
        "to_role": to.role,
        "note": note,
        "at": now,
    }
    session.execute(insert(table(Escalation)), [{"comment_id": comment_id, **said} for comment_id in held])
    steps = [
        {"id": new_id(), "comment_id": comment_id, "kind": ActivityKind.ESCALATE, "author_key": "", **said} for comment_id in held
    ]
    session.execute(insert(table(Activity)), steps)


def in_one_step(session: Session, site_id: str, ids: Sequence[UUID], *, moderator_id: UUID) -> Sequence[AnyRow]:
    """All comments that this moderator escalated in the same steps as these. The rows of one step have one time."""
    mine = (Escalation.site_id == site_id, Escalation.moderator_id == moderator_id)
    steps = select(Escalation.at).where(*mine, Escalation.comment_id.in_(ids))
    together = select(Comment.id, Comment.version).join(Escalation, Escalation.comment_id == Comment.id)
    return session.execute(together.where(*mine, Escalation.at.in_(steps)).order_by(Comment.received_at, Comment.id)).all()


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
            "kind": ActivityKind.CALM,
            "at": now,
        }
        for comment_id in gone
    ]
    if steps:
        session.execute(insert(table(Activity)), [{"author_key": "", "to_role": "", "note": "", **step} for step in steps])
