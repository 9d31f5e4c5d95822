"""The watch: nobody is woken while somebody looks anyway, and nobody relies on one who is gone."""

from collections.abc import Iterator

import pytest
import redis

from service.config import load
from service.jobs.active_poller import RedisWatch, watch
from service.jobs.names import WATCHED, Job, Route
from service.jobs.notify import bell
from tests.support.servers import Redis, free_port, wait_until

CHECKS = f"greenroom:jobs:{Route.CHECKS}"


@pytest.fixture
def url(redis_server: Redis) -> str:
    """A database of this Redis that no other test uses: a bell goes on asking for as long as somebody seems to be on watch."""
    return redis_server.url.removesuffix("/0") + "/7"


@pytest.fixture
def client(url: str) -> Iterator[redis.Redis]:
    with redis.Redis.from_url(url) as client:
        client.flushdb()
        yield client


def test_one_at_a_time_is_on_watch(url: str, client: redis.Redis) -> None:
    one, other = RedisWatch(url), RedisWatch(url)
    wait_until(one.take, what="the first watch")
    client.persist(WATCHED)
    assert not other.take()
    one.leave()
    wait_until(other.take, what="the second watch")
    client.delete(WATCHED)
    assert not client.exists(WATCHED)
    wait_until(lambda: other.keep() and bool(client.exists(WATCHED)), what="a watch that is kept")


def test_nobody_is_woken_while_somebody_is_on_watch(url: str, client: redis.Redis) -> None:
    client.set(WATCHED, "a worker that lives")
    ringing = bell(load({"REDIS_URL": url}))
    ringing.ring(Job.DRAIN)
    ringing.ring(Job.DELIVER)
    wait_until(lambda: client.llen(f"greenroom:jobs:{Route.DELIVERIES}") > 0, what="what was rung later")
    client.delete(f"greenroom:jobs:{Route.DELIVERIES}")
    assert not client.exists(CHECKS)
    ringing.ring(Job.DRAIN, anyway=True)
    wait_until(lambda: client.llen(CHECKS) == 1, what="the nudge that calls for help")


def test_who_relied_on_a_worker_that_died_is_woken_after_all(url: str, client: redis.Redis) -> None:
    ringing = bell(load({"REDIS_URL": url}))
    client.set(WATCHED, "a worker that dies", px=500)
    ringing.ring(Job.DRAIN)
    wait_until(lambda: not client.exists(WATCHED), what="the end of a watch that nobody kept")
    wait_until(lambda: client.llen(CHECKS) == 1, what="a nudge that nobody rang for again")


@pytest.mark.parametrize("settings", [{}, {"REDIS_URL": "redis://127.0.0.1:{port}/0"}])
def test_without_redis_nobody_is_on_watch_and_nothing_fails(settings: dict[str, str]) -> None:
    nobody = watch(load({name: value.format(port=free_port()) for name, value in settings.items()}))
    assert not nobody.take()
    assert not nobody.keep()
    nobody.leave()
