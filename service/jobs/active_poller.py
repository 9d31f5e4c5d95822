"""The active poller: one busy worker keeps polling for pending comments. While it does, no wake-ups are sent."""

from typing import Protocol

from service.config import Settings


class PollLease(Protocol):
    """The lease of the active poller, which a worker takes when wake-ups come fast. The poller polls every 10 to 30 ms, and once
    more after it has released the lease. The methods never raise."""

    def take(self) -> bool: ...

    def keep(self) -> bool: ...

    def leave(self) -> None: ...


class NoPollLease:
    """Without a broker there are no wake-ups, so no worker needs the lease."""

    def take(self) -> bool:
        """Always False: the lease is never held."""
        return False

    def keep(self) -> bool:
        """Always False: the lease is never held."""
        return False

    def leave(self) -> None:
        """Does nothing: the lease is never held."""


def poll_lease(settings: Settings) -> PollLease:
    """The poll lease for these settings; a lease that does nothing if there is no broker."""
    if not settings.has_broker:
        return NoPollLease()
    # Imported only here: without a broker, the client of Redis would only cost memory.
    from service.jobs.redis_poll_lease import RedisPollLease

    return RedisPollLease(settings.redis_url)
