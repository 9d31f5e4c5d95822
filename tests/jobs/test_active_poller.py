"""The active poller: no wake-ups are sent while a worker polls, and a dead poller does not block them for long."""

from collections.abc import Iterator

import pytest
import redis

from service.jobs.active_poller import poll_lease
from service.jobs.names import POLLING_KEY, Job, Route
from service.jobs.notify import notifier
from service.jobs.redis_poll_lease import RedisPollLease
from service.setting_sources import load
from tests.support.servers import Redis, free_port, wait_until

CHECKS = f"greenroom:jobs:{Route.CHECKS}"


@pytest.fixture
def url(redis_server: Redis) -> str:
    """A Redis database that no other test uses: a notifier keeps checking as long as a worker seems to poll."""
    return redis_server.url.removesuffix("/0") + "/7"


@pytest.fixture
def client(url: str) -> Iterator[redis.Redis]:
    with redis.Redis.from_url(url) as client:
        client.flushdb()
        yield client


def test_one_at_a_time_is_on_watch(url: str, client: redis.Redis) -> None:
    one, other = RedisPollLease(url), RedisPollLease(url)
    assert not one.take(), "a comment that comes alone needs no poller"
    wait_until(one.take, what="the first watch")
    client.persist(POLLING_KEY)
    assert not other.take()
    one.leave()
    wait_until(other.take, what="the second watch")
    client.delete(POLLING_KEY)
    assert not client.exists(POLLING_KEY)
    wait_until(lambda: other.keep() and bool(client.exists(POLLING_KEY)), what="a watch that is kept")


def test_nobody_is_woken_while_somebody_is_on_watch(url: str, client: redis.Redis) -> None:
    client.set(POLLING_KEY, "a worker that lives")
    ringing = notifier(load({"REDIS_URL": url}))
    ringing.notify(Job.DRAIN)
    ringing.notify(Job.DELIVER)
    wait_until(lambda: client.llen(f"greenroom:jobs:{Route.DELIVERIES}") > 0, what="what was rung later")
    client.delete(f"greenroom:jobs:{Route.DELIVERIES}")
    assert not client.exists(CHECKS)
    ringing.notify(Job.DRAIN, anyway=True)
    wait_until(lambda: client.llen(CHECKS) == 1, what="the nudge that calls for help")


def test_who_relied_on_a_worker_that_died_is_woken_after_all(url: str, client: redis.Redis) -> None:
    ringing = notifier(load({"REDIS_URL": url}))
    client.set(POLLING_KEY, "a worker that dies", px=500)
    ringing.notify(Job.DRAIN)
    wait_until(lambda: not client.exists(POLLING_KEY), what="the end of a watch that nobody kept")
    wait_until(lambda: client.llen(CHECKS) == 1, what="a nudge that nobody rang for again")


@pytest.mark.parametrize("settings", [{}, {"REDIS_URL": "redis://127.0.0.1:{port}/0"}])
def test_without_redis_nobody_is_on_watch_and_nothing_fails(settings: dict[str, str]) -> None:
    nobody = poll_lease(load({name: value.format(port=free_port()) for name, value in settings.items()}))
    assert not nobody.take()
    assert not nobody.keep()
    nobody.leave()
