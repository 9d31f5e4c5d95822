"""Two-factor sign-in: recovery codes, and pending sign-ins that wait for a code."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from service.store.db.column_types import Record


class RecoveryCode(Record):
    """A code for a moderator who has lost the phone: only its SHA-256 is stored, and the row is deleted once the code is used."""

    __tablename__ = "recovery_code"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    moderator_id: Mapped[UUID] = mapped_column(ForeignKey("moderator.id", ondelete="CASCADE"), index=True)


class PendingSignIn(Record):
    """A sign-in with one of two factors. It is not a session: only the page that asks for the code reads it."""

    __tablename__ = "pending_sign_in"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    moderator_id: Mapped[UUID] = mapped_column(ForeignKey("moderator.id", ondelete="CASCADE"), index=True)
    method: Mapped[str] = mapped_column(String(16))
    tries: Mapped[int] = mapped_column(default=0)
    valid_until: Mapped[datetime]
