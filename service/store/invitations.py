"""Invitations: roles that an account gets once it accepts them through a one-time link."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from service.store.people import Moderator
from service.store.schema import AnyRow, Record


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


def invitations_with(session: Session, digest: str, *, now: datetime) -> Sequence[Invitation]:
    """What the link with this SHA-256 offers; nothing where it was used, withdrawn or has run out."""
    query = select(Invitation).where(Invitation.digest == digest, Invitation.valid_until > now).order_by(Invitation.site_id)
    return session.scalars(query).all()


def invited(session: Session, site_id: str, *, now: datetime) -> Sequence[AnyRow]:
    """Whose role on this site waits to be accepted."""
    return session.execute(
        select(Moderator.id, Moderator.email, Invitation.role)
        .join(Moderator, Moderator.id == Invitation.moderator_id)
        .where(Invitation.site_id == site_id, Invitation.valid_until > now)
        .order_by(Moderator.email)
    ).all()
