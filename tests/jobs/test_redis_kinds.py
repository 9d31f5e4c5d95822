"""Wake-ups and the poll lease on every kind of Redis that a cloud offers; real servers."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from celery import Celery

from service.commands.support.broker_check import reason_of, unusable
from service.jobs.celery_app import celery_app
from service.jobs.names import Job, Route
from service.jobs.notify import notifier
from service.jobs.redis_client import redis_client
from service.jobs.redis_poll_lease import RedisPollLease
from service.setting_sources import load
from tests.jobs.redis_kinds import PASSWORD, QUOTED, UserRedis, certificate, sentinel_set
from tests.support.servers import PATIENCE, free_port, wait_until

CHECKS = f"greenroom:jobs:{Route.CHECKS}"


@pytest.fixture(scope="module", params=["user and password", "Unix socket", "TLS", "Sentinel", "Sentinel with TLS"])
def url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("redis-kind")
    if "TLS" in request.param:
        # Sentinels name their Redis by its IP address.
        certificate(folder, "DNS:localhost,IP:127.0.0.1")
    if request.param.startswith("Sentinel"):
        if not shutil.which("redis-sentinel"):
            pytest.skip("redis-sentinel is not to be had on this machine")
        with sentinel_set(folder, folder if "TLS" in request.param else None) as (address, _, _):
            yield address
        return
    server = UserRedis.find(folder)
    if server is None:
        pytest.skip("Redis is not to be had on this machine")
    server.on_socket = request.param == "Unix socket"
    if request.param == "TLS":
        server.tls = folder
    with server:
        yield server.url


def test_a_wake_up_reaches_a_worker_and_the_lease_is_held(url: str) -> None:
    settings = load({"REDIS_URL": url})
    with redis_client(url, patience=5) as client:
        notifier(settings).notify(Job.DRAIN)
        wait_until(lambda: client.llen(CHECKS) == 1, what="the wake-up")
        app = celery_app(settings)
        _take_one(app)
        assert client.llen(CHECKS) == 0
        lease = RedisPollLease(url)
        wait_until(lease.take, what="the lease")
        assert not RedisPollLease(url).take()
        lease.leave()
    assert unusable(url) is None


def test_each_mistake_has_its_own_sentence(tmp_path: Path) -> None:
    plain, sealed = UserRedis.find(tmp_path), UserRedis.find(tmp_path / "tls")
    if plain is None or sealed is None:
        pytest.skip("Redis is not to be had on this machine")
    sealed.folder.mkdir()
    certificate(sealed.folder)
    sealed.tls = sealed.folder
    with plain, sealed, plain.boss() as boss:
        boss.acl_setuser("narrow", enabled=True, passwords=[f"+{PASSWORD}"], keys=["other:*"], commands=["+@all"])
        without_ca = sealed.url.partition("?")[0]
        untrusted = "its certificate is not trusted, or is of another host; ?ssl_ca_certs=… names the file of its authority"
        mistakes = {
            plain.url.replace(QUOTED, "wrong"): "it refuses the user and password",
            f"redis://localhost:{plain.port}": "it refuses the user and password",
            plain.url.replace("greenroom:", "narrow:"): "its user may not use the keys greenroom:* and the channels greenroom:*",
            plain.url.replace("redis://", "rediss://"): "it does not answer within a second; for rediss:// it has to speak TLS",
            without_ca.replace("rediss://", "redis://"): "it closes the connection; does it want TLS, rediss://?",
            without_ca: untrusted,
            sealed.url.replace("localhost", "127.0.0.1"): untrusted,
            f"redis://localhost:{free_port()}": "nobody listens at this host and port",
            "redis://no-such-host.invalid": "no host has this name",
            f"unix://{tmp_path}/none.sock": "there is no such file: the socket, or that of a certificate",
            f"sentinel://localhost:{free_port()}/greenroom": "no Sentinel names a Redis that takes writes; do the hosts, the name and sentinel_password fit?",
        }
        assert {url: _reason(url) for url in mistakes} == mistakes


def _reason(url: str) -> str:
    with pytest.raises(redis.RedisError) as caught:
        unusable(url)
    return reason_of(caught.value)


def _take_one(app: Celery) -> None:
    """Consume a message of the route, as a worker does. Raises TimeoutError if none comes."""
    taken: list[object] = []
    with app.connection_for_read() as connection, connection.channel() as channel:

        def take(_: object, message: object) -> None:
            message.ack()  # type: ignore[attr-defined]
            taken.append(message)

        with app.amqp.TaskConsumer(channel, queues=[app.amqp.queues.select_add(Route.CHECKS.value)], callbacks=[take]):
            while not taken:
                connection.drain_events(timeout=PATIENCE)
