"""Count attempts to sign in, and forget those of a bucket after a success, or of all buckets after their window."""

from datetime import datetime, timedelta

from sqlalchemy import case, delete, select, tuple_, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from service.store.db.column_types import table
from service.store.tables.sign_in_attempts import SignInAttempts

#: Pairs: the most attempts of a bucket, and the seconds in which they are counted from the first one on.
LIMITS = ((5, 60), (30, 3600))


def count_attempt(session: Session, bucket: str, *, now: datetime) -> bool:
    """Count one attempt. False if the bucket has used up its attempts. Processes that count at once wait for each other."""
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    new = dialect.insert(table(SignInAttempts))
    is_over = SignInAttempts.ends_at <= now
    statement = new.on_conflict_do_update(
        index_elements=["bucket", "seconds"],
        set_={
            "attempts": case((is_over, 1), else_=SignInAttempts.attempts + 1),
            "ends_at": case((is_over, new.excluded.ends_at), else_=SignInAttempts.ends_at),
        },
    ).returning(SignInAttempts.seconds, SignInAttempts.attempts)
    rows = [
        {"bucket": bucket, "seconds": seconds, "attempts": 1, "ends_at": now + timedelta(seconds=seconds)}
        for _, seconds in LIMITS
    ]
    counted = {row.seconds: row.attempts for row in session.execute(statement, rows)}
    return all(counted[seconds] <= most for most, seconds in LIMITS)


def forget_attempts(session: Session, bucket: str) -> None:
    """Forget the attempts of a bucket, because one of them was right."""
    session.execute(delete(SignInAttempts).where(SignInAttempts.bucket == bucket))


def touch_attempts(session: Session, bucket: str) -> None:
    """Write without a change. For an address without an account this takes as long as the audit entry for one with an account."""
    session.execute(update(SignInAttempts).where(SignInAttempts.bucket == bucket).values(attempts=SignInAttempts.attempts))


def delete_old_attempts(session: Session, *, now: datetime, limit: int) -> int:
    """Delete counts whose window is over. Returns how many; if that is `limit`, there may be more."""
    name = (SignInAttempts.bucket, SignInAttempts.seconds)
    old = select(*name).where(SignInAttempts.ends_at <= now).limit(limit).with_for_update(skip_locked=True)
    return len(session.execute(delete(SignInAttempts).where(tuple_(*name).in_(old)).returning(SignInAttempts.bucket)).all())
