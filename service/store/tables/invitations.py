"""Invitations: roles that an account gets once it accepts them through a one-time link."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from service.store.db.column_types import Record


class Invitation(Record):
    """A role that waits. It stands apart from the roles that count, so that no question about roles can take it for one.

    `digest` is the SHA-256 of the link; several sites may share one. Without `site_id` it is a role on every site. `signed_in`:
    the link opens nothing by itself, whoever accepts must also be signed in to the account.
    """

    __tablename__ = "invitation"
    __table_args__ = (UniqueConstraint("digest", "site_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(String(64))
    moderator_id: Mapped[UUID] = mapped_column(ForeignKey("moderator.id", ondelete="CASCADE"), index=True)
    site_id: Mapped[str | None] = mapped_column(ForeignKey("site.id", ondelete="CASCADE"), index=True)
    role: Mapped[str] = mapped_column(String(16))
    signed_in: Mapped[bool]
    valid_until: Mapped[datetime]
