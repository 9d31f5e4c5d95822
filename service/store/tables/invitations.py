"""Invitations: roles that an account gets once it accepts them through a one-time link."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from service.store.db.column_types import Record


class Invitation(Record):
    """A role that is not accepted yet. Invitations have their own table, so that no query on roles can mistake one for a role in
    force.

    `digest` is the SHA-256 of the link. One link may invite to several sites, with one row for each. Without `site_id` it is a role on every site. `signed_in`:
    the link opens nothing by itself, and the moderator must also be signed in to the account to accept.
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
