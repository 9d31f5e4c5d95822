"""Idempotency keys: they map a host's retry to the comment of the first request. Kept for a day."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, String, delete
from sqlalchemy.orm import Mapped, Session, mapped_column

from service.store.db.column_types import Record


class IdempotencyKey(Record):
    """A POST that created a comment: keyed hashes of its Idempotency-Key and of its body."""

    __tablename__ = "idempotency_key"

    site_id: Mapped[str] = mapped_column(ForeignKey("site.id", ondelete="CASCADE"), primary_key=True)
    key: Mapped[str] = mapped_column(String(255), primary_key=True)
    body_digest: Mapped[str] = mapped_column(String(64))
    comment_id: Mapped[UUID]
    created_at: Mapped[datetime] = mapped_column(index=True)


def forget_key_of(session: Session, site_id: str, comment_id: UUID, *, received_at: datetime) -> None:
    """Delete the key that a comment was sent with. Both have the same time, and the index on `created_at` finds the key by it."""
    key = (IdempotencyKey.created_at == received_at, IdempotencyKey.site_id == site_id, IdempotencyKey.comment_id == comment_id)
    session.execute(delete(IdempotencyKey).where(*key).execution_options(synchronize_session=False))
