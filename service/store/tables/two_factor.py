"""What a second factor leaves in the database: recovery codes, and sign-ins that wait for a code."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from service.store.db.column_types import Record


class RecoveryCode(Record):
    """A code for the day without the phone: only its SHA-256 is kept, and it is gone once used."""

    __tablename__ = "recovery_code"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    moderator_id: Mapped[UUID] = mapped_column(ForeignKey("moderator.id", ondelete="CASCADE"), index=True)


class PendingSignIn(Record):
    """Somebody who has shown one factor of two. It is no session: nothing but the page that asks for the code looks here."""

    __tablename__ = "half_sign_in"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    moderator_id: Mapped[UUID] = mapped_column(ForeignKey("moderator.id", ondelete="CASCADE"), index=True)
    how: Mapped[str] = mapped_column(String(16))
    tries: Mapped[int] = mapped_column(default=0)
    valid_until: Mapped[datetime]
