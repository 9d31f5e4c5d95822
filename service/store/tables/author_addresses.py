"""E-mail addresses of authors who asked for a mail about the decision."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from service.store.db.column_types import Record


class AuthorAddress(Record):
    """The address of the author of one comment, encrypted. The row is the queue: it is deleted once its mail is in the queue of mails,
    with the comment, and at `valid_until`. It is in no backup and no export."""

    __tablename__ = "author_address"

    comment_id: Mapped[UUID] = mapped_column(ForeignKey("comment.id", ondelete="CASCADE"), primary_key=True)
    encrypted: Mapped[str] = mapped_column(Text)
    valid_until: Mapped[datetime] = mapped_column(index=True)
