"""Idempotency keys that have expired."""

from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from service.store.tables.idempotency import IdempotencyKey

#: How long a key is kept.
TTL = timedelta(hours=24)


def any_expired(session: Session, *, now: datetime) -> bool:
    """Whether any key is older than `TTL`."""
    return session.scalar(select(IdempotencyKey.key).where(IdempotencyKey.created_at < now - TTL).limit(1)) is not None


def delete_expired(session: Session, *, now: datetime, limit: int = 1000) -> int:
    """Delete expired keys, the oldest first. Returns how many were deleted; if that is `limit`, there may be more."""
    name = (IdempotencyKey.site_id, IdempotencyKey.key)
    old = select(*name).where(IdempotencyKey.created_at < now - TTL).order_by(IdempotencyKey.created_at).limit(limit)
    rows = session.execute(old).all()
    # One statement for each site: for a list of (site, key) pairs SQLite would scan the whole table.
    for site_id in {row.site_id for row in rows}:
        keys = [row.key for row in rows if row.site_id == site_id]
        expired = (IdempotencyKey.site_id == site_id, IdempotencyKey.key.in_(keys))
        session.execute(delete(IdempotencyKey).where(*expired).execution_options(synchronize_session=False))
    return len(rows)
