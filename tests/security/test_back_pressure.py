"""While Redis or PostgreSQL hangs, is full or is slow, hosts get a correct response soon, and recovery is automatic."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
import redis
from sqlalchemy import select

from service.actions.sites.sites_and_keys import add_key, add_site
from service.store.db.engine import Database
from service.store.tables.comments import Comment
from service.store.tables.sites import Scope
from tests.security.test_full_disk import post
from tests.support.servers import Postgres, Redis, Server, wait_until
from tests.support.web_server import Web

Posting = Callable[[str], tuple[int, str | None]]


@contextmanager
def hanging(server: Server) -> Iterator[None]:
    """Stop a server and its children (SIGSTOP): the kernel accepts connections, but there is no response."""
    assert server.process
    main = server.process.pid
    pids = [main, *map(int, Path(f"/proc/{main}/task/{main}/children").read_text().split())]
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


@contextmanager
def posting(web: Web, *, late: bool = False) -> Iterator[Posting]:
    """Post to a site of its own. At the end everything that was taken is there, once, and nothing else.

    `late`: a database that hung may carry out afterwards what lay before its door. Its host was told to send it again under
    the same Idempotency-Key, and would get this very comment.
    """
    database = Database(web.settings.database)
    with database.writing() as session:
        add_site(session, "news", origins=["https://news.example"], now=datetime.now(UTC))
        key = add_key(session, "news", scopes=list(Scope), now=datetime.now(UTC))[1]
    taken: list[str] = []
    sent: set[str] = set()

    def send(text: str) -> tuple[int, str | None]:
        sent.add(text)
        status, retry = post(web, key, text)
        if status == 202:
            taken.append(text)
        return status, retry

    yield send
    with database.reading() as session:
        stored = sorted(session.scalars(select(Comment.text)))
    database.close()
    assert set(taken) <= set(stored) <= sent
    assert len(stored) == len(sent & set(stored))
    assert late or stored == sorted(taken)


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Redis]:
    """A Redis that the test may damage."""
    (tmp_path / "redis").mkdir()
    server = Redis.find(tmp_path / "redis")
    assert server, "no Redis on this machine"
    with server:
        yield server


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_nobody_waits_for_a_redis_that_hangs(database_url: str, broker: Redis, tmp_path: Path) -> None:
    with Web(tmp_path, DATABASE_URL=database_url, REDIS_URL=broker.url) as web, posting(web) as send:
        assert send("before") == (202, None)
        with hanging(broker):
            took = []
            for number in range(60):
                began = time.monotonic()
                assert send(f"meanwhile {number}") == (202, None)
                took.append(time.monotonic() - began)
            # A request that called Redis itself would wait two seconds or more.
            assert sorted(took)[30] < 2
        assert send("after") == (202, None)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_full_redis_refuses_nobody_and_is_used_again_once_it_has_room(database_url: str, broker: Redis, tmp_path: Path) -> None:
    web = Web(tmp_path, DATABASE_URL=database_url, REDIS_URL=broker.url)
    with web, posting(web) as send, redis.Redis.from_url(broker.url) as client:
        client.config_set("maxmemory", 1)
        assert {send(f"full {number}") for number in range(20)} == {(202, None)}
        client.config_set("maxmemory", 0)
        client.flushall()

        def rung() -> bool:
            assert send(f"again {time.monotonic_ns()}") == (202, None)
            return bool(client.exists("greenroom:jobs:checks"))

        # The notifier pauses for a few seconds after a failed wake-up.
        wait_until(rung, what="a nudge in Redis")


def test_a_database_that_hangs_is_told_in_time_and_forgotten_afterwards(tmp_path: Path) -> None:
    server = Postgres.find(tmp_path)
    assert server, "no PostgreSQL on this machine"
    with (
        server,
        Web(tmp_path, DATABASE_URL=server.fresh_database(), GREENROOM_BROKER="none") as web,
        posting(web, late=True) as send,
    ):
        assert send("before") == (202, None)
        with hanging(server), ThreadPoolExecutor(40) as hosts:
            answers = set(hosts.map(send, [f"meanwhile {number}" for number in range(40)]))
            assert answers == {(503, "1")}
            # The pending key look-ups must end too, without losing a thread: livez responds.
            assert {send(f"later {n}") for n in range(2)} == {(503, "1")}
            assert web.ready()
        wait_until(lambda: send(f"after {time.monotonic_ns()}") == (202, None), what="the database to be taken back")


def test_a_table_that_somebody_locks_is_told_in_time(tmp_path: Path, postgres: Postgres) -> None:
    with Web(tmp_path, DATABASE_URL=postgres.fresh_database(), GREENROOM_BROKER="none") as web, posting(web) as send:
        assert send("before") == (202, None)
        with psycopg.connect(web.settings.database.replace("+psycopg", "")) as other:
            other.execute("LOCK TABLE comment IN ACCESS EXCLUSIVE MODE")
            with ThreadPoolExecutor(10) as hosts:
                assert set(hosts.map(send, [f"meanwhile {number}" for number in range(10)])) == {(503, "1")}
        assert send("after") == (202, None)
