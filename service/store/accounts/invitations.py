"""Queries on invitations that are not accepted yet."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.store.db.column_types import AnyRow
from service.store.tables.accounts import Moderator
from service.store.tables.invitations import Invitation


def invitations_with(session: Session, digest: str, *, now: datetime) -> Sequence[Invitation]:
    """The invitations of the link with this SHA-256; empty if the link was used or withdrawn, or has expired."""
    query = select(Invitation).where(Invitation.digest == digest, Invitation.valid_until > now).order_by(Invitation.site_id)
    return session.scalars(query).all()


def invitations_of(session: Session, moderator_id: UUID, *, since: datetime) -> Sequence[Invitation]:
    """The invitations that a person can accept without a sign-in, and whose link has not expired before `since`."""
    theirs = (Invitation.moderator_id == moderator_id, Invitation.signed_in.is_(False), Invitation.valid_until > since)
    return session.scalars(select(Invitation).where(*theirs).order_by(Invitation.site_id)).all()


def invited(session: Session, site_id: str, *, since: datetime) -> Sequence[AnyRow]:
    """The moderators who have not accepted their role on this site yet, with that role, sorted by e-mail. Links that have expired
    before `since` do not count."""
    return session.execute(
        select(Moderator.id, Moderator.email, Invitation.role)
        .join(Moderator, Moderator.id == Invitation.moderator_id)
        .where(Invitation.site_id == site_id, Invitation.valid_until > since)
        .order_by(Moderator.email)
    ).all()
