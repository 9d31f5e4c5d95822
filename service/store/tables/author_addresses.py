"""E-mail addresses of authors who asked for a mail about the decision."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Text
from sqlalchemy.orm import Mapped, mapped_column

from service.store.db.site_keys import OfSite, same_site


class AuthorAddress(OfSite):
    """The address of the author of one comment, encrypted. The row is the queue: it is deleted once its mail is in the queue of mails,
    with the comment, and at `valid_until`. It is in no backup and no export."""

    __tablename__ = "author_address"
    __table_args__ = (same_site("comment_id", "comment"),)

    comment_id: Mapped[UUID] = mapped_column(primary_key=True)
    encrypted: Mapped[str] = mapped_column(Text)
    valid_until: Mapped[datetime] = mapped_column(index=True)
