"""Looks at the Redis of the settings before a process starts: what can never work is refused, what may heal is said."""

import os
import socket
import ssl
from collections.abc import Iterator

import click
import redis

from service.config import BadSetting
from service.jobs.names import POLLING_KEY
from service.jobs.redis_client import redis_client

#: How Redis names what it is, and what is wrong with it.
_UNUSABLE = {
    "cluster": "a node of a Redis Cluster, which keeps the keys of one job on several nodes",
    "sentinel": "a Sentinel, which holds no data",
}

NAME_ANOTHER = "name a single Redis or Valkey, or its Sentinels as sentinel://one,two,three/NAME/0"


def unusable(url: str) -> str | None:
    """Why this Redis can never be used; None if it can. Raises RedisError if it does not answer."""
    client = redis_client(url, patience=1)
    try:
        client.exists(POLLING_KEY)
        mode = str(client.info("server").get("redis_mode"))
    except redis.exceptions.NoPermissionError as error:
        if "info" not in str(error).lower():
            raise
        # It answers, and takes our keys; this user may not ask what it is.
        return None
    except (redis.exceptions.MovedError, redis.exceptions.ClusterDownError):
        mode = "cluster"
    finally:
        client.close()
    return f"expected one Redis server, got {_UNUSABLE[mode]}" if mode in _UNUSABLE else None


def without_semaphores(place: str = "/dev/shm") -> str | None:  # noqa: S108 - Linux keeps them there
    """Why workers cannot start here: Celery's processes share semaphores. None if they can."""
    if os.access(place, os.W_OK):
        return None
    return f"{place} cannot be written, and workers need it for their semaphores: mount it so that this user may write there"


def check_broker(url: str) -> None:
    """Raise BadSetting if this Redis can never be used. If it does not answer, say what that means, and go on: it may come back."""
    try:
        fault = unusable(url)
    except redis.RedisError as error:
        words = "comments are checked some 3 seconds later, and webhooks sent 8 seconds later, until it is back"
        click.echo(f"Redis cannot be used ({reason_of(error)}): {words}. Is REDIS_URL right?", err=True)
        return
    if fault:
        raise BadSetting(f"redis_url: {fault}; {NAME_ANOTHER}")


def reason_of(error: redis.RedisError) -> str:
    """What is wrong, for an operator."""
    if isinstance(error, redis.exceptions.NoPermissionError):
        return "its user may not use the keys greenroom:* and the channels greenroom:*"
    if isinstance(error, redis.exceptions.AuthenticationError):
        return "it refuses the user and password"
    if isinstance(error, redis.sentinel.MasterNotFoundError):
        return "no Sentinel names a Redis that takes writes; do the hosts, the name and sentinel_password fit?"
    for cause in _causes(error):
        for kind, words in _WORDS.items():
            if isinstance(cause, kind):
                return words
    if "closed by server" in str(error):
        return "it closes the connection; does it want TLS, rediss://?"
    return (
        "it does not answer within a second; for rediss:// it has to speak TLS"
        if isinstance(error, redis.TimeoutError)
        else type(error).__name__
    )


#: What the cause of a failed connection means; the particular kinds before the general ones.
_WORDS: dict[type[BaseException], str] = {
    ssl.SSLCertVerificationError: "its certificate is not trusted, or is of another host; ?ssl_ca_certs=… names the file of its authority",
    ssl.SSLError: "it does not speak TLS; redis:// is without TLS",
    socket.gaierror: "no host has this name",
    ConnectionRefusedError: "nobody listens at this host and port",
    ConnectionResetError: "it closes the connection; does it want TLS, rediss://?",
    FileNotFoundError: "there is no such file: the socket, or that of a certificate",
}


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
