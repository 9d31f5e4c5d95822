"""The Redis of a running Greenroom dies, and its Sentinels name another one."""

import shutil
import signal
import threading
from contextlib import suppress
from itertools import count
from pathlib import Path

import pytest
import redis

from tests.jobs.redis_kinds import UserRedis, certificate, sentinel_set
from tests.support.process_tree import Up
from tests.support.servers import wait_until


def test_wake_ups_go_on_at_the_next_redis_and_every_comment_is_judged(tmp_path: Path) -> None:
    """With TLS everywhere: between Sentinels, between the two Redis, and from every process to them."""
    if not shutil.which("redis-sentinel"):
        pytest.skip("redis-sentinel is not to be had on this machine")
    certificate(tmp_path, "DNS:localhost,IP:127.0.0.1")
    # No sweep does the work meanwhile.
    quiet = {"GREENROOM_SWEEP_AFTER": "600", "GREENROOM_SWEEP_EVERY": "60"}
    with sentinel_set(tmp_path, tmp_path) as (url, servers, watchers), Up(tmp_path / "home", REDIS_URL=url, **quiet) as up:
        up.wait_for(up.post("A calm word before it."), "approved")
        with watchers[0].ask() as asked:
            first = asked.sentinel_get_master_addr_by_name("greenroom")[1]
        [second] = set(servers) - {first}
        sent = _Sender(up)
        sent.start()
        servers[first].stop(signal.SIGKILL)
        try:
            wait_until(lambda: _calls(servers[second], "brpop") > 0, what="the workers to wait at the other one")
        finally:
            sent.end()
        assert sent.ids
        # Each has words of its own: the same words again and again would be held.
        words = (f"A calm word about tower number {number}." for number in count())
        wait_until(lambda: _wakes_somebody(up, next(words), servers[second]), what="a wake-up at the other one")
        wait_until(lambda: not up.ask("GET", "/v1/comments?state=pending")[1]["comments"], what="every comment to be judged")
        assert all(up.state(comment) == "approved" for comment in sent.ids[:: max(1, len(sent.ids) // 20)])


class _Sender(threading.Thread):
    """Sends comments without a pause."""

    def __init__(self, up: Up) -> None:
        super().__init__()
        self._up, self._ended = up, threading.Event()
        self.ids: list[str] = []

    def run(self) -> None:
        while not self._ended.wait(0.02):
            self.ids.append(self._up.post(f"A calm word about bridge number {len(self.ids)}."))

    def end(self) -> None:
        self._ended.set()
        self.join()


def _wakes_somebody(up: Up, words: str, server: UserRedis) -> bool:
    """Whether a comment that comes alone is followed by a wake-up. While many come, a worker polls, and nobody wakes it."""
    pushed = _calls(server, "lpush")
    up.wait_for(up.post(words), "approved")
    return _calls(server, "lpush") > pushed


def _calls(server: UserRedis, command: str) -> int:
    """How often this command came. 0 where the Sentinels, who end all connections of a Redis that they promote, cut the answer off."""
    with suppress(redis.ConnectionError), server.boss() as boss:
        return int(boss.info("commandstats").get(f"cmdstat_{command}", {}).get("calls", 0))
    return 0
