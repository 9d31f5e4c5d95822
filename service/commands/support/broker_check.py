"""Looks at the Redis of the settings before a process starts: what can never work is refused, what may heal is said."""

import click
import redis

from service.config import BadSetting
from service.jobs.redis_client import redis_client

#: How Redis names what it is, and what is wrong with it.
_UNUSABLE = {
    "cluster": "a node of a Redis Cluster, which keeps the keys of one job on several nodes",
    "sentinel": "a Sentinel, which holds no data",
}


def unusable(url: str) -> str | None:
    """Why this Redis can never be used; None if it can. Raises RedisError if it does not answer."""
    client = redis_client(url, patience=1)
    try:
        mode = str(client.info("server").get("redis_mode"))
    except redis.ResponseError:
        # It answers; this user may not ask.
        return None
    finally:
        client.close()
    return f"expected one Redis server, got {_UNUSABLE[mode]}" if mode in _UNUSABLE else None


def check_broker(url: str) -> None:
    """Raise BadSetting if this Redis can never be used. If it does not answer, say what that means, and go on: it may come back."""
    try:
        fault = unusable(url)
    except redis.RedisError as error:
        words = "comments are checked some 3 seconds later, and webhooks sent 8 seconds later, until it is back"
        click.echo(f"Redis does not answer ({type(error).__name__}): {words}. Is REDIS_URL right?", err=True)
        return
    if fault:
        raise BadSetting(f"redis_url: {fault}; name a single Redis or Valkey, with a user and password, over TLS or a socket")
