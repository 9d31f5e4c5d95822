"""Idempotency keys that have expired."""

from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from service.store.tables.idempotency import IdempotencyKey

#: How long a key is kept.
TTL = timedelta(hours=24)


def any_expired(session: Session, *, now: datetime) -> bool:
    """Whether there are keys that were kept long enough."""
    return session.scalar(select(IdempotencyKey.key).where(IdempotencyKey.created_at < now - TTL).limit(1)) is not None


def delete_expired(session: Session, *, now: datetime, limit: int = 1000) -> int:
    """Forget keys that were kept long enough, the oldest first. Returns how many; with `limit` of them there may be more."""
    name = (IdempotencyKey.site_id, IdempotencyKey.key)
    old = select(*name).where(IdempotencyKey.created_at < now - TTL).order_by(IdempotencyKey.created_at).limit(limit)
    rows = session.execute(old).all()
    # Site by site: for several pairs of site and key SQLite would read the whole table.
    for site_id in {row.site_id for row in rows}:
        mine = (IdempotencyKey.site_id == site_id, IdempotencyKey.key.in_([row.key for row in rows if row.site_id == site_id]))
        session.execute(delete(IdempotencyKey).where(*mine).execution_options(synchronize_session=False))
    return len(rows)
