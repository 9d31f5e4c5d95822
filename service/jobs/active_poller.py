"""The watch: of all workers one that has just had work goes on looking for more, and as long as it does nobody else is woken."""

import logging
import time
from typing import Protocol

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as NoConnection
from redis.exceptions import RedisError
from redis.retry import Retry

from service.config import Settings
from service.jobs.names import POLLING_KEY
from service.jobs.notify import BREAK

log = logging.getLogger("greenroom.jobs")

#: Seconds for which a watch counts without a word from its worker: for so long after its death others are not woken.
LEASE_SECONDS = 0.5
#: Seconds that Redis may take to answer: comments wait meanwhile.
PATIENCE = 0.3


class PollLease(Protocol):
    """Who is on watch looks again soon, whatever happens; who leaves it looks once more, after leaving. Never fails."""

    def take(self) -> bool: ...

    def keep(self) -> bool: ...

    def leave(self) -> None: ...


class NoPollLease:
    """Where there is no broker nobody is woken, so nobody need keep watch."""

    def take(self) -> bool:
        """Nobody is on watch."""
        return False

    def keep(self) -> bool:
        """Nobody is on watch."""
        return False

    def leave(self) -> None:
        """Nobody was on watch."""


class RedisPollLease:
    """One key that says that somebody is on watch, not who: should two ever believe that they are, each looks, which harms nobody."""

    def __init__(self, url: str) -> None:
        # A connection of yesterday is made anew once; an answer that does not come is not asked for twice.
        retry = Retry(NoBackoff(), 1, supported_errors=(NoConnection,))
        self._redis = Redis.from_url(url, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE, retry=retry)
        self._said = self._broken_until = 0.0

    def take(self) -> bool:
        """Go on watch, where nobody is."""
        return self._say(first=True)

    def keep(self) -> bool:
        """Stay on watch. Said again only once half of it has passed."""
        return time.monotonic() - self._said < LEASE_SECONDS / 2 or self._say(first=False) or self._say(first=True)

    def leave(self) -> None:
        """From now on others are woken again."""
        self._said = 0.0
        try:
            self._redis.delete(POLLING_KEY)
        except RedisError as error:
            self._broken(error)

    def _say(self, *, first: bool) -> bool:
        now, milliseconds = time.monotonic(), int(LEASE_SECONDS * 1000)
        if now < self._broken_until:
            return False
        try:
            said = self._redis.set(POLLING_KEY, b"", px=milliseconds, nx=first, xx=not first)
        except RedisError as error:
            self._broken(error)
            return False
        self._said = now
        return bool(said)

    def _broken(self, error: RedisError) -> None:
        """Without Redis a worker drains as if nobody ever kept watch."""
        self._broken_until = time.monotonic() + BREAK
        log.warning("watch_failed", extra={"error": type(error).__name__})


def poll_lease(settings: Settings) -> PollLease:
    """The watch that fits these settings."""
    return RedisPollLease(settings.redis_url) if settings.redis_url and settings.broker != "none" else NoPollLease()
