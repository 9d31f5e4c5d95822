"""Archives of a site, and the comments that are in them."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.domain.errors import InArchive, NotFound, Refusal
from service.domain.states import State
from service.store.db.bulk import among
from service.store.tables.archives import Archive, ArchivedComment
from service.store.tables.comments import Comment


def archives_of(session: Session, site_id: str) -> Sequence[Archive]:
    """The files that comments of a site were moved into, oldest first."""
    return session.scalars(select(Archive).where(Archive.site_id == site_id).order_by(Archive.at, Archive.id)).all()


def absent(session: Session, site_id: str, comment_id: UUID) -> Refusal:
    """Why there is no such comment: it went into an archive, or there never was one."""
    inside = select(Archive.name).join(ArchivedComment, ArchivedComment.archive_id == Archive.id)
    name = session.scalar(inside.where(ArchivedComment.id == comment_id, ArchivedComment.site_id == site_id))
    if name is None:
        return NotFound("no such comment on this site")
    return InArchive(f"this comment is in the archive {name}; the operator can restore it")


def erased_among(session: Session, comment_ids: Collection[UUID]) -> set[UUID]:
    """Which of these comments were erased, whether they stand here or in an archive."""
    here = select(Comment.id).where(among(session, Comment.id, comment_ids), Comment.state == State.ERASED)
    gone = select(ArchivedComment.id).where(among(session, ArchivedComment.id, comment_ids), ArchivedComment.erased)
    return set(session.scalars(here)) | set(session.scalars(gone))


def known_among(session: Session, comment_ids: Collection[UUID]) -> dict[UUID, int | None]:
    """Those of these comments that this database knows: up to which version they left, None for those that left altogether."""
    here = session.execute(select(Comment.id, Comment.archived).where(among(session, Comment.id, comment_ids)))
    gone = session.scalars(select(ArchivedComment.id).where(among(session, ArchivedComment.id, comment_ids)))
    return {**dict.fromkeys(gone), **{row.id: row.archived for row in here}}


def left_until(session: Session, comment_id: UUID) -> int:
    """Up to which version what came of a comment has left for archives; 0 where all of it is here."""
    return session.scalar(select(Comment.archived).where(Comment.id == comment_id)) or 0
