"""Activity about a comment or with an author, newest first."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, aliased

from service.store.accounts.moderators import shown_name
from service.store.db.column_types import AnyRow
from service.store.tables.accounts import Moderator
from service.store.tables.moderation import Did, Step

#: The latest steps that a page shows.
SHOWN = 50


def steps_about(session: Session, site_id: str, comment_id: UUID) -> Sequence[AnyRow]:
    """To whom a comment was escalated and when that was taken back, the latest first."""
    return session.execute(_latest(site_id).where(Step.comment_id == comment_id, Step.kind.in_((Did.ESCALATE, Did.CALM)))).all()


def steps_with(session: Session, site_id: str, author_key: str) -> Sequence[AnyRow]:
    """The bans and trusts of an author, the latest first."""
    if not author_key:
        return ()
    return session.execute(_latest(site_id).where(Step.author_key == author_key)).all()


def _latest(site_id: str) -> Select[Any]:
    to = aliased(Moderator)
    columns = (Step.kind, Step.at, Step.until, Step.note, Step.to_role, shown_name().label("who"), shown_name(to).label("to"))
    found = select(*columns).outerjoin(Moderator, Moderator.id == Step.moderator_id).outerjoin(to, to.id == Step.to_id)
    return found.where(Step.site_id == site_id).order_by(Step.at.desc(), Step.id.desc()).limit(SHOWN)
