"""Idempotency: which answer a host's retry gets, kept for a day."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from service.store.schema import Record


class IdempotencyKey(Record):
    """A key that a host sent with a POST, the SHA-256 of the body, and the comment that it made."""

    __tablename__ = "idempotency_key"

    site_id: Mapped[str] = mapped_column(ForeignKey("site.id", ondelete="CASCADE"), primary_key=True)
    key: Mapped[str] = mapped_column(String(255), primary_key=True)
    body_digest: Mapped[str] = mapped_column(String(64))
    comment_id: Mapped[UUID]
    created_at: Mapped[datetime] = mapped_column(index=True)
