"""Deletes the counts of attempts to sign in whose window is over."""

from datetime import datetime

from sqlalchemy import select

from service.actions.accounts.sign_in_attempts import delete_old_attempts
from service.clock import utcnow
from service.store.tables.sign_in_attempts import SignInAttempts
from workers.resources.worker_resources import WorkerResources

#: Maximum number of rows that one transaction deletes.
AT_ONCE = 1000


def delete_attempts(resources: WorkerResources, now: datetime | None = None) -> int:
    """Returns how many counts were deleted. Takes no write lock if there are none."""
    now, deleted = now or utcnow(), 0
    while _any_old(resources, now):
        with resources.database.writing() as session:
            count = delete_old_attempts(session, now=now, limit=AT_ONCE)
        deleted += count
        if count < AT_ONCE:
            break
    return deleted


def _any_old(resources: WorkerResources, now: datetime) -> bool:
    with resources.database.reading() as session:
        return session.scalar(select(SignInAttempts.bucket).where(SignInAttempts.ends_at <= now).limit(1)) is not None
