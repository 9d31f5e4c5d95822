"""Attempts to sign in, counted for all processes."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from service.store.db.column_types import Record


class SignInAttempts(Record):
    """The attempts of one bucket in a window of so many seconds. `bucket` is a keyed hash: it names an account and a device."""

    __tablename__ = "sign_in_attempts"

    bucket: Mapped[str] = mapped_column(String(40), primary_key=True)
    seconds: Mapped[int] = mapped_column(primary_key=True)
    attempts: Mapped[int]
    ends_at: Mapped[datetime] = mapped_column(index=True)
