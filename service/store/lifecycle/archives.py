"""Queries on the archives of a site, and on the comments that are in them."""

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
    """The refusal for a comment that is not in its table: InArchive, or NotFound if it is in no archive either."""
    archived = select(Archive.name).join(ArchivedComment, ArchivedComment.archive_id == Archive.id)
    name = session.scalar(archived.where(ArchivedComment.id == comment_id, ArchivedComment.site_id == site_id))
    if name is None:
        return NotFound("no such comment on this site")
    return InArchive(f"this comment is in the archive {name}; the operator can restore it")


def erased_among(session: Session, comment_ids: Collection[UUID]) -> set[UUID]:
    """Which of these comments were erased, whether they are in the comment table or in an archive."""
    present = select(Comment.id).where(among(session, Comment.id, comment_ids), Comment.state == State.ERASED)
    archived = select(ArchivedComment.id).where(among(session, ArchivedComment.id, comment_ids), ArchivedComment.erased)
    return set(session.scalars(present)) | set(session.scalars(archived))


def known_among(session: Session, comment_ids: Collection[UUID]) -> dict[UUID, int | None]:
    """The comments among these that this database knows, each with the version up to which it is archived; None if it is archived
    completely."""
    present = session.execute(select(Comment.id, Comment.archived).where(among(session, Comment.id, comment_ids)))
    archived = session.scalars(select(ArchivedComment.id).where(among(session, ArchivedComment.id, comment_ids)))
    return {**dict.fromkeys(archived), **{row.id: row.archived for row in present}}


def left_until(session: Session, comment_id: UUID) -> int:
    """The version up to which the trail of a comment is archived; 0 if none of it is."""
    return session.scalar(select(Comment.archived).where(Comment.id == comment_id)) or 0
