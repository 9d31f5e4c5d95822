"""A client of Redis that tries once. The library's default is to try four times, with pauses of up to 10 seconds."""

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry


def redis_client(url: str, *, patience: float) -> redis.Redis:
    """The client. Each call fails after `patience` seconds."""
    return redis.Redis.from_url(url, socket_timeout=patience, socket_connect_timeout=patience, retry=Retry(NoBackoff(), 0))
