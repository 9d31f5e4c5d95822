"""Queries on passkeys."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service.store.tables.passkeys import Passkey


def passkeys_of(session: Session, moderator_id: UUID) -> Sequence[Passkey]:
    """The passkeys of a moderator, oldest first."""
    return session.scalars(select(Passkey).where(Passkey.moderator_id == moderator_id).order_by(Passkey.created_at)).all()


def count_passkeys(session: Session, moderator_id: UUID) -> int:
    return session.scalar(select(func.count()).select_from(Passkey).where(Passkey.moderator_id == moderator_id)) or 0


def passkey_with(session: Session, credential_id: str) -> Passkey | None:
    return session.scalar(select(Passkey).where(Passkey.credential_id == credential_id))
