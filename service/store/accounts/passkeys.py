"""Queries on passkeys."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service.store.tables.accounts import BrowserSession
from service.store.tables.passkeys import Passkey


def passkeys_of(session: Session, moderator_id: UUID) -> Sequence[Passkey]:
    """The passkeys of a moderator, oldest first."""
    return session.scalars(select(Passkey).where(Passkey.moderator_id == moderator_id).order_by(Passkey.created_at)).all()


def count_passkeys(session: Session, moderator_id: UUID) -> int:
    return session.scalar(select(func.count()).select_from(Passkey).where(Passkey.moderator_id == moderator_id)) or 0


def passkey_with(session: Session, credential_id: str) -> Passkey | None:
    return session.scalar(select(Passkey).where(Passkey.credential_id == credential_id))


def used_for(session: Session, browser: BrowserSession) -> UUID | None:
    """The passkey that opened this session; None if there is none, or if it was used again since."""
    opened = (Passkey.moderator_id == browser.moderator_id, Passkey.used_at == browser.created_at)
    return session.scalar(select(Passkey.id).where(*opened))
