"""A client of Redis that tries once. The library's default is to try four times, with pauses of up to 10 seconds."""

from typing import Any, cast

import redis
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as NoConnection
from redis.retry import Retry
from redis.sentinel import Sentinel

from service.redis_address import sentinels_of


def redis_client(url: str, *, patience: float, reconnects: int = 0) -> redis.Redis:
    """The client. Each step of a call fails after `patience` seconds. It connects anew this many times if a connection was dropped,
    but does not try again after a timeout.

    If the URL names Sentinels, each new connection goes to the Redis that takes writes then.
    """
    retry = Retry(NoBackoff(), reconnects, supported_errors=(NoConnection,))
    limits: dict[str, Any] = {"socket_timeout": patience, "socket_connect_timeout": patience, "retry": retry}
    sentinels = sentinels_of(url)
    if sentinels is None:
        return redis.Redis.from_url(url, **limits)
    client = Sentinel(sentinels.hosts, sentinel_kwargs=sentinels.sentinel_options | limits)
    return cast("redis.Redis", client.master_for(sentinels.name, **sentinels.redis_options, **limits))
