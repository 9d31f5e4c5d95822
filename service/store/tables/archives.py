"""Archives: the files that old comments were moved into, and the ids of the archived comments."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from service.store.db.column_types import Record
from service.store.db.site_keys import OfSite


class Archive(Record):
    """One archive file. `folder` is where it was written, `moved` the number of comments that were moved into it.

    `figures` are counts for the transparency report of what was moved, by year: their rows are no longer in the database.

    `erased_until`: every comment that was erased in the database before that time is erased in the file, too.
    """

    __tablename__ = "archive"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    site_id: Mapped[str] = mapped_column(ForeignKey("site.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    folder: Mapped[str] = mapped_column(Text)
    moved: Mapped[int] = mapped_column(default=0)
    figures: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    at: Mapped[datetime]
    erased_until: Mapped[datetime]


class ArchivedComment(OfSite):
    """The ids of a comment whose rows are all in an archive. They are kept so that the comment cannot be created a second time.

    `erased`: it had been erased before it was archived.
    """

    __tablename__ = "archived_comment"
    __table_args__ = (Index("uq_archived_comment_external", "site_id", "external_id", unique=True),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    thread_id: Mapped[UUID]
    external_id: Mapped[str | None] = mapped_column(String(512))
    archive_id: Mapped[UUID] = mapped_column(ForeignKey("archive.id", ondelete="CASCADE"))
    erased: Mapped[bool] = mapped_column(default=False)
