"""Queries on pending sign-ins and recovery codes."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service.store.tables.accounts import Moderator
from service.store.tables.two_factor import PendingSignIn, RecoveryCode


def pending_sign_in(session: Session, digest: str, *, now: datetime) -> PendingSignIn | None:
    """The pending sign-in with this SHA-256; None if it has expired or its moderator is disabled."""
    query = (
        select(PendingSignIn)
        .join(Moderator, Moderator.id == PendingSignIn.moderator_id)
        .where(PendingSignIn.digest == digest, PendingSignIn.valid_until > now, Moderator.disabled_at.is_(None))
    )
    return session.scalar(query)


def recovery_codes_left(session: Session, moderator_id: UUID) -> int:
    return session.scalar(select(func.count()).select_from(RecoveryCode).where(RecoveryCode.moderator_id == moderator_id)) or 0
