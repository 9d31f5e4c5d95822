"""Archives: the files that old comments were moved into, and what stays here of a comment that is in one."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from service.domain.errors import InArchive, NotFound, Refusal
from service.domain.states import State
from service.store.bulk import among
from service.store.comments import Comment
from service.store.schema import Record


class Archive(Record):
    """One file of an archive. `folder` is where it was written, `moved` how many comments left their tables for it.

    `erased_until`: whatever was erased here before that moment is erased in the file too.
    """

    __tablename__ = "archive"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    site_id: Mapped[str] = mapped_column(ForeignKey("site.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    folder: Mapped[str] = mapped_column(Text)
    moved: Mapped[int] = mapped_column(default=0)
    at: Mapped[datetime]
    erased_until: Mapped[datetime]


class Archived(Record):
    """What stays of a comment whose rows are all in an archive: its names, so that nobody makes a second one of it.

    `erased`: it had been erased before it went.
    """

    __tablename__ = "archived_comment"
    __table_args__ = (Index("uq_archived_comment_external", "site_id", "external_id", unique=True),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    site_id: Mapped[str] = mapped_column(ForeignKey("site.id", ondelete="CASCADE"))
    thread_id: Mapped[UUID]
    external_id: Mapped[str | None] = mapped_column(String(512))
    archive_id: Mapped[UUID] = mapped_column(ForeignKey("archive.id", ondelete="CASCADE"))
    erased: Mapped[bool] = mapped_column(default=False)


def archives_of(session: Session, site_id: str) -> Sequence[Archive]:
    """The files that comments of a site were moved into, oldest first."""
    return session.scalars(select(Archive).where(Archive.site_id == site_id).order_by(Archive.at, Archive.id)).all()


def absent(session: Session, site_id: str, comment_id: UUID) -> Refusal:
    """Why there is no such comment: it went into an archive, or there never was one."""
    inside = select(Archive.name).join(Archived, Archived.archive_id == Archive.id)
    name = session.scalar(inside.where(Archived.id == comment_id, Archived.site_id == site_id))
    if name is None:
        return NotFound("no such comment on this site")
    return InArchive(f"this comment is in the archive {name}; the operator can restore it")


def erased_among(session: Session, comment_ids: Collection[UUID]) -> set[UUID]:
    """Which of these comments were erased, whether they stand here or in an archive."""
    here = select(Comment.id).where(among(session, Comment.id, comment_ids), Comment.state == State.ERASED)
    gone = select(Archived.id).where(among(session, Archived.id, comment_ids), Archived.erased)
    return set(session.scalars(here)) | set(session.scalars(gone))


def known_among(session: Session, comment_ids: Collection[UUID]) -> dict[UUID, int | None]:
    """Those of these comments that this database knows: up to which version they left, None for those that left altogether."""
    here = session.execute(select(Comment.id, Comment.archived).where(among(session, Comment.id, comment_ids)))
    gone = session.scalars(select(Archived.id).where(among(session, Archived.id, comment_ids)))
    return {**dict.fromkeys(gone), **{row.id: row.archived for row in here}}


def left_until(session: Session, comment_id: UUID) -> int:
    """Up to which version what came of a comment has left for archives; 0 where all of it is here."""
    return session.scalar(select(Comment.archived).where(Comment.id == comment_id)) or 0
