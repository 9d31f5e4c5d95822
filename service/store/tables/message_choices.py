"""What each moderator wants to be told, and the secret of their feed."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from service.store.db.column_types import Record


class MessageChoice(Record):
    """The mails that a moderator chose: a digest at `digest_hours` in their time zone, and one when the oldest comment has waited
    for `old_after` minutes (zero for never).

    `language` and `zone` are those of the browser that chose; the preferences of the account come first. The next digest is due
    at `digest_due_at`; of an old queue they were told last at `old_told_at`. `feed_digest` is the SHA-256 of the token of their feed.
    """

    __tablename__ = "message_choice"

    moderator_id: Mapped[UUID] = mapped_column(ForeignKey("moderator.id", ondelete="CASCADE"), primary_key=True)
    digest_hours: Mapped[list[Any]] = mapped_column(default=list)
    old_after: Mapped[int] = mapped_column(default=0)
    language: Mapped[str] = mapped_column(String(16), default="")
    zone: Mapped[str] = mapped_column(String(64), default="")
    digest_due_at: Mapped[datetime | None] = mapped_column(index=True)
    old_told_at: Mapped[datetime | None]
    feed_digest: Mapped[str | None] = mapped_column(String(64), unique=True)
    feed_made_at: Mapped[datetime | None]
