"""Activity about a comment or with an author, newest first."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, aliased

from service.store.accounts.moderators import shown_name
from service.store.db.column_types import AnyRow
from service.store.tables.accounts import Moderator
from service.store.tables.moderation import Activity, ActivityKind

#: A page shows this many of the latest activities.
SHOWN = 50


def activity_about(session: Session, site_id: str, comment_id: UUID) -> Sequence[AnyRow]:
    """The escalations of a comment and their returns to the queue, the latest first."""
    return session.execute(
        _latest(site_id).where(Activity.comment_id == comment_id, Activity.kind.in_((ActivityKind.ESCALATE, ActivityKind.RETURN)))
    ).all()


def activity_with(session: Session, site_id: str, author_key: str) -> Sequence[AnyRow]:
    """What moderators did about an author (ban, trust, review, warn), and when it was lifted, the latest first."""
    if not author_key:
        return ()
    return session.execute(_latest(site_id).where(Activity.author_key == author_key)).all()


def _latest(site_id: str) -> Select[Any]:
    to = aliased(Moderator)
    columns = (
        Activity.kind,
        Activity.at,
        Activity.until,
        Activity.note,
        Activity.acknowledged_at,
        Activity.to_role,
        shown_name().label("who"),
        shown_name(to).label("to"),
    )
    query = select(*columns).outerjoin(Moderator, Moderator.id == Activity.moderator_id).outerjoin(to, to.id == Activity.to_id)
    return query.where(Activity.site_id == site_id).order_by(Activity.at.desc(), Activity.id.desc()).limit(SHOWN)
