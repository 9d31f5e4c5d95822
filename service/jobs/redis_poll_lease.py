"""The lease of the active poller (see `service.jobs.active_poller`) in Redis."""

import logging
import math
import time

from redis.exceptions import RedisError

from service.jobs.names import POLLING_KEY
from service.jobs.notify import BREAK
from service.jobs.redis_client import redis_client

log = logging.getLogger("greenroom.jobs")

#: TTL of the poll lease in seconds. If the polling worker dies, wake-ups stay off for at most this long.
LEASE_SECONDS = 0.5
#: Socket timeout for Redis, in seconds. Short, because comments wait meanwhile.
PATIENCE = 0.3
#: A worker that was woken longer ago than this many seconds does not poll: its comment is probably alone, and polling in vain costs
#: more than the next wake-up.
RECENT = 0.1


class RedisPollLease:
    """A Redis key with a TTL and no owner. If two workers think that they hold it, both poll, which is harmless."""

    def __init__(self, url: str) -> None:
        self._redis = redis_client(url, patience=PATIENCE, reconnects=1)
        self._said = self._broken_until = 0.0
        self._woken = -math.inf

    def take(self) -> bool:
        """Take the lease if it is free and this worker was woken a moment ago, too. True if it is now the active poller."""
        before, self._woken = self._woken, time.monotonic()
        return self._woken - before <= RECENT and self._say(first=True)

    def keep(self) -> bool:
        """Renew the lease, but only after half of its TTL has passed. True if this worker still is the active poller."""
        return time.monotonic() - self._said < LEASE_SECONDS / 2 or self._say(first=False) or self._say(first=True)

    def leave(self) -> None:
        """Release the lease: wake-ups are sent again."""
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
        """Redis cannot be reached: for a few seconds, work as if there were no active poller."""
        self._broken_until = time.monotonic() + BREAK
        log.warning("poll_lease_failed", extra={"error": type(error).__name__})
