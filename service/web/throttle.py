"""How often a password or a code of one account may be tried, from wherever: guessing is slow also for many addresses together."""

from service.web.doors import doors
from service.web.limits import TooMany

#: Tries for one account, and in how many seconds.
PER_ACCOUNT = ((5, 60), (30, 3600))


def throttle(account: str) -> None:
    """Count one try. Raises TooMany."""
    counted = [(doors().tries.hit(f"{account}\0{window}", window=window)[0], most) for most, window in PER_ACCOUNT]
    if any(used > most for used, most in counted):
        raise TooMany("too many tries to sign in; wait a minute, or ask an admin for a sign-in link")
