"""Pending sign-ins and the recovery codes that are left."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service.store.tables.accounts import Moderator
from service.store.tables.two_factor import PendingSignIn, RecoveryCode


def pending_sign_in(session: Session, digest: str, *, now: datetime) -> PendingSignIn | None:
    """The sign-in that waits under this SHA-256, while its moderator may come in at all."""
    found = (
        select(PendingSignIn)
        .join(Moderator, Moderator.id == PendingSignIn.moderator_id)
        .where(PendingSignIn.digest == digest, PendingSignIn.valid_until > now, Moderator.disabled_at.is_(None))
    )
    return session.scalar(found)


def recovery_codes_left(session: Session, moderator_id: UUID) -> int:
    return session.scalar(select(func.count()).select_from(RecoveryCode).where(RecoveryCode.moderator_id == moderator_id)) or 0
