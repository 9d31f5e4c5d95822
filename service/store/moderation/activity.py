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

#: The latest steps that a page shows.
SHOWN = 50


def activity_about(session: Session, site_id: str, comment_id: UUID) -> Sequence[AnyRow]:
    """To whom a comment was escalated and when that was taken back, the latest first."""
    return session.execute(
        _latest(site_id).where(Activity.comment_id == comment_id, Activity.kind.in_((ActivityKind.ESCALATE, ActivityKind.CALM)))
    ).all()


def activity_with(session: Session, site_id: str, author_key: str) -> Sequence[AnyRow]:
    """The bans and trusts of an author, the latest first."""
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
        Activity.to_role,
        shown_name().label("who"),
        shown_name(to).label("to"),
    )
    found = select(*columns).outerjoin(Moderator, Moderator.id == Activity.moderator_id).outerjoin(to, to.id == Activity.to_id)
    return found.where(Activity.site_id == site_id).order_by(Activity.at.desc(), Activity.id.desc()).limit(SHOWN)
