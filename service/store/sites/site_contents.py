"""What is stored of a site, and how its comments are removed."""

from collections.abc import Mapping
from types import MappingProxyType
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from service.store.db.column_types import Record
from service.store.tables.accounts import Membership
from service.store.tables.comments import Comment, Thread
from service.store.tables.outbox import Endpoint
from service.store.tables.reported import Report
from service.store.tables.sites import ApiKey, Site

#: What people ask about before they delete a site, by the word for it.
_CONTENTS: Mapping[str, type[Record]] = MappingProxyType({
    "comments": Comment, "articles": Thread, "reports of readers": Report, "API keys": ApiKey, "webhooks": Endpoint,
    "roles of moderators": Membership,
})  # fmt: skip


def contents_of(session: Session, site_id: str) -> dict[str, int]:
    """How many rows of each kind a site has."""
    return {
        name: session.scalar(select(func.count()).select_from(rows).where(rows.__table__.c.site_id == site_id)) or 0
        for name, rows in _CONTENTS.items()
    }


def keys_in_force(session: Session, site_id: str) -> list[UUID]:
    return list(session.scalars(select(ApiKey.id).where(ApiKey.site_id == site_id, ApiKey.revoked_at.is_(None))))


def remove_comments(session: Session, site_id: str, *, most: int) -> int:
    """Remove at most so many comments, with all that belongs to them. Returns how many."""
    some = select(Comment.id).where(Comment.site_id == site_id).limit(most)
    removed = session.execute(
        delete(Comment).where(Comment.id.in_(some)).returning(Comment.id).execution_options(synchronize_session=False)
    )
    return len(removed.all())


def remove_site(session: Session, site_id: str) -> None:
    """Remove a site; the foreign keys remove the rest of it."""
    session.execute(delete(Site).where(Site.id == site_id).execution_options(synchronize_session=False))
