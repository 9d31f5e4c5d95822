"""Idempotency: which answer a host's retry gets, kept for a day."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ForeignKey, String, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from service.store.schema import Record

#: How long a key is kept.
KEPT = timedelta(hours=24)


class IdempotencyKey(Record):
    """A POST that made a comment: keyed hashes of the Idempotency-Key that its host sent and of its body."""

    __tablename__ = "idempotency_key"

    site_id: Mapped[str] = mapped_column(ForeignKey("site.id", ondelete="CASCADE"), primary_key=True)
    key: Mapped[str] = mapped_column(String(255), primary_key=True)
    body_digest: Mapped[str] = mapped_column(String(64))
    comment_id: Mapped[UUID]
    created_at: Mapped[datetime] = mapped_column(index=True)


def forget_key_of(session: Session, site_id: str, comment_id: UUID, *, received_at: datetime) -> None:
    """Forget the key that a comment was sent with. Both were stored at one moment, by which an index finds it."""
    mine = (IdempotencyKey.created_at == received_at, IdempotencyKey.site_id == site_id, IdempotencyKey.comment_id == comment_id)
    session.execute(delete(IdempotencyKey).where(*mine).execution_options(synchronize_session=False))


def any_old_keys(session: Session, *, now: datetime) -> bool:
    """Whether there are keys that were kept long enough."""
    return session.scalar(select(IdempotencyKey.key).where(IdempotencyKey.created_at < now - KEPT).limit(1)) is not None


def forget_old_keys(session: Session, *, now: datetime, limit: int = 1000) -> int:
    """Forget keys that were kept long enough, the oldest first. Returns how many; with `limit` of them there may be more."""
    name = (IdempotencyKey.site_id, IdempotencyKey.key)
    old = select(*name).where(IdempotencyKey.created_at < now - KEPT).order_by(IdempotencyKey.created_at).limit(limit)
    rows = session.execute(old).all()
    # Site by site: for several pairs of site and key SQLite would read the whole table.
    for site_id in {row.site_id for row in rows}:
        mine = (IdempotencyKey.site_id == site_id, IdempotencyKey.key.in_([row.key for row in rows if row.site_id == site_id]))
        session.execute(delete(IdempotencyKey).where(*mine).execution_options(synchronize_session=False))
    return len(rows)
