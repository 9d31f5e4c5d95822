"""Mails that wait to be sent."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Text
from sqlalchemy.orm import Mapped, mapped_column

from service.store.db.column_types import Record


class Mail(Record):
    """A mail to a moderator or a reader. The row is the queue: it is deleted once the mail is sent, or at `valid_until`.

    `encrypted` holds recipient, subject and text, because the text may have a sign-in link. `needs_link`: the worker makes the link
    when it sends the mail, if the address belongs to a moderator. So a request for a link costs the same for every address.

    A mail to a reader has nothing to encrypt: it names the event of their report or complaint, and is made when it is sent. If
    the event is gone by then, no mail is sent.
    """

    __tablename__ = "mail"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    encrypted: Mapped[str] = mapped_column(Text)
    needs_link: Mapped[bool]
    event_id: Mapped[UUID | None]
    tries: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime]
    valid_until: Mapped[datetime]
