"""Limits the attempts at the password or code of one account. Attempts from all addresses count together, so a botnet cannot
guess faster."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from service.store.accounts.audit_log import failures
from service.web.auth.rate_limit import RateLimited
from service.web.resources.web_resources import resources

#: Pairs: a maximum number of attempts for one account, and the seconds in which they are counted.
PER_ACCOUNT = ((5, 60), (30, 3600))


def throttle(account: str) -> None:
    """Count one attempt in this process. Raises RateLimited."""
    counted = [(resources().tries.hit(f"{account}\0{window}", window=window)[0], most) for most, window in PER_ACCOUNT]
    if any(used > most for used, most in counted):
        raise _too_many()


def throttle_everywhere(session: Session, moderator_id: UUID) -> None:
    """Apply the same limits to all processes together, by the failures in the audit log. Raises RateLimited."""
    now = datetime.now(UTC)
    for most, window in PER_ACCOUNT:
        if failures(session, moderator_id, since=now - timedelta(seconds=window), most=most) >= most:
            raise _too_many()


def _too_many() -> RateLimited:
    return RateLimited("too many tries to sign in; wait a minute, or ask an admin for a sign-in link")
