"""`make failover`: the primary of PostgreSQL is killed while comments come. Nothing is lost, and nobody has to intervene.

A standby replicates synchronously, so it has every comment that was accepted. Greenroom knows all hosts by one address, and reads feeds
from a standby. Patroni promotes one of two standbys; where it is not installed, this script promotes the only one.
"""

import argparse
import json
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import requests

from tests.chaos import patroni
from tests.chaos.host import Host
from tests.chaos.house import House, Setup
from tests.chaos.replication import Primary
from tests.chaos.run import Report, look
from tests.support.servers import wait_until

#: Seconds after the promotion within which comments must be accepted again.
BACK_WITHIN = 10.0
NAME = "greenroom"


@dataclass(frozen=True, slots=True)
class Servers:
    """The servers, and what happens to them. `promote` waits until another one takes writes."""

    url: str
    kill: Callable[[], None]
    promote: Callable[[], None]


class Reader:
    """Reads a feed ten times a second, and notes the longest time without an answer."""

    def __init__(self, house: House) -> None:
        self._house, self._stop = house, threading.Event()
        self._thread = threading.Thread(target=self._read, name="reader", daemon=True)
        self.longest_gap = 0.0
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._thread.join()

    def _read(self) -> None:
        last = time.monotonic()
        while not self._stop.wait(0.1):
            try:
                answer = requests.get(f"http://127.0.0.1:{self._house.port}/v1/threads/page-1/comments?site=news", timeout=30)
            except requests.RequestException:
                continue
            if answer.status_code == 200:
                now = time.monotonic()
                self.longest_gap, last = max(self.longest_gap, now - last), now


def main() -> int:
    asked = argparse.ArgumentParser(description="Kill PostgreSQL under load, have a standby promoted, then verify.")
    asked.add_argument("--rate", type=float, default=100, help="posts a second")
    asked.add_argument("--before", type=float, default=15, help="seconds until the primary is killed")
    asked.add_argument("--down", type=float, default=3, help="seconds until the standby is promoted, without Patroni")
    asked.add_argument("--after", type=float, default=20, help="seconds for which comments still come then")
    asked.add_argument("--seed", type=int, default=int(time.time()))
    asked.add_argument("--by-hand", action="store_true", help="without Patroni, though it is installed")
    words = asked.parse_args()
    with tempfile.TemporaryDirectory(prefix="greenroom-failover-", ignore_cleanup_errors=True) as made:
        folder = Path(made) / "run"
        folder.mkdir()
        for place in (Path(made), folder):
            place.chmod(0o755)
        if Primary.find(folder) is None:
            print("no PostgreSQL on this machine")
            return 1
        kind = _pair if words.by_hand or not patroni.there() else _cluster
        with kind(folder, words.down) as servers:
            return _fail_over(House(Setup.POSTGRES_REDIS, folder, probe_every=5), servers, words)


@contextmanager
def _cluster(folder: Path, _down: float) -> Iterator[Servers]:
    """Three servers under Patroni."""
    with patroni.patroni_cluster(folder) as cluster:
        cluster.create(NAME)
        first = cluster.primary()
        assert first
        yield Servers(cluster.url(NAME), first.die, lambda: wait_until(cluster.has_primary, what="a new primary"))


@contextmanager
def _pair(folder: Path, down: float) -> Iterator[Servers]:
    """A primary and its standby, which is promoted after `down` seconds."""
    primary = Primary.find(folder)
    assert primary
    with primary:
        primary.query(f"CREATE DATABASE {NAME}")
        with primary.follow() as standby:
            primary.wait_for_standby()
            url = f"postgresql://postgres@127.0.0.1:{primary.port},127.0.0.1:{standby.port}/{NAME}"

            def promote() -> None:
                time.sleep(down)
                standby.promote()

            yield Servers(url, primary.die, promote)


def _fail_over(house: House, servers: Servers, words: argparse.Namespace) -> int:
    house.database = servers.url
    house.settings |= {"GREENROOM_READ_DATABASE_URL": servers.url, "GREENROOM_READ_DATABASE_LAG": "60"}
    report = Report(Setup.POSTGRES_REDIS, words.seed, words.before + words.after)
    host = Host(house, words.seed, rate=words.rate)
    try:
        house.open()
        host.start()
        reader = Reader(house)
        time.sleep(words.before)
        killed = time.monotonic()
        servers.kill()
        servers.promote()
        promoted_after = time.monotonic() - killed
        back = _seconds_until_accepted(house)
        time.sleep(words.after)
        host.stop()
        reader.stop()
        look(house, host, report, patience=1)
    finally:
        host.give_up()
        house.close()
    report.restarts = house.restarts
    report.wrong += [f"no comment was accepted within {BACK_WITHIN:g} s of the promotion"] * (back > BACK_WITHIN)
    times = {"promoted_after": promoted_after, "back_after": back, "longest_gap_of_a_feed": reader.longest_gap}
    print(json.dumps({**{name: round(seconds, 1) for name, seconds in times.items()}, **asdict(report)}, indent=2))
    return int(bool(report.wrong))


def _seconds_until_accepted(house: House) -> float:
    began = time.monotonic()
    post = {"thread": {"id": "after"}, "text": "Is anybody there again?", "author": {"name": "Ada"}}
    wait_until(lambda: house.call("POST", "/v1/comments", json=post).status_code == 202, what="an accepted comment")
    return time.monotonic() - began


if __name__ == "__main__":
    sys.exit(main())
