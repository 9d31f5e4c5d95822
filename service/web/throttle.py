"""How often a password of one account may be tried, from wherever: guessing is slow also for many addresses together."""

from flask import current_app
from limits import RateLimitItemPerHour, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from service.web.limits import TooMany

#: Tries for one account.
PER_ACCOUNT = (RateLimitItemPerMinute(5), RateLimitItemPerHour(30))


def throttle(account: str) -> None:
    """Count one try. Raises TooMany."""
    limiter = current_app.extensions.setdefault("greenroom.sign_in", MovingWindowRateLimiter(MemoryStorage()))
    hits = [limiter.hit(item, account) for item in PER_ACCOUNT]
    if not all(hits):
        raise TooMany("too many tries to sign in; wait a minute, or ask an admin for a sign-in link")
