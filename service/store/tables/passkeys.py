"""Passkeys of moderators, and the challenges that browsers are to sign."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from service.store.db.column_types import Record


class Passkey(Record):
    """A passkey. Only the public key is here; the private one stays on the moderator's device.

    `sign_count` is the counter of its last signature; it stays 0 for passkeys that are copied between devices.
    """

    __tablename__ = "passkey"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    moderator_id: Mapped[UUID] = mapped_column(ForeignKey("moderator.id", ondelete="CASCADE"), index=True)
    credential_id: Mapped[str] = mapped_column(String(1400), unique=True)
    public_key: Mapped[str] = mapped_column(Text)
    sign_count: Mapped[int] = mapped_column(BigInteger)
    name: Mapped[str] = mapped_column(String(100))
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class PasskeyChallenge(Record):
    """A challenge of one browser, deleted once it is answered. `digest` is the SHA-256 of the browser's cookie.

    With `moderator_id` it is for a new passkey of that moderator, else for a sign-in.
    """

    __tablename__ = "passkey_challenge"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    challenge: Mapped[str] = mapped_column(String(64))
    moderator_id: Mapped[UUID | None] = mapped_column(ForeignKey("moderator.id", ondelete="CASCADE"))
    valid_until: Mapped[datetime]
