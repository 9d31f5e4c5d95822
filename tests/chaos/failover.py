"""`make failover`: PostgreSQL is killed while comments come, and its standby is promoted. Nothing is lost, and no hand is needed.

The standby replicates synchronously, so it has every comment that was accepted. Greenroom knows both hosts by one address.
"""

import argparse
import json
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path

from tests.chaos.host import Host
from tests.chaos.house import House, Setup
from tests.chaos.replication import Primary, Standby
from tests.chaos.run import Report, look
from tests.support.servers import wait_until

#: Seconds after the promotion within which comments must be accepted again.
BACK_WITHIN = 10.0


def main() -> int:
    asked = argparse.ArgumentParser(description="Kill PostgreSQL under load, promote its standby, then verify.")
    asked.add_argument("--rate", type=float, default=100, help="posts a second")
    asked.add_argument("--before", type=float, default=15, help="seconds until the primary is killed")
    asked.add_argument("--down", type=float, default=3, help="seconds until the standby is promoted")
    asked.add_argument("--after", type=float, default=20, help="seconds for which comments still come then")
    asked.add_argument("--seed", type=int, default=int(time.time()))
    words = asked.parse_args()
    with tempfile.TemporaryDirectory(prefix="greenroom-failover-", ignore_cleanup_errors=True) as made:
        folder = Path(made) / "run"
        folder.mkdir()
        for place in (Path(made), folder):
            place.chmod(0o755)
        primary = Primary.find(folder)
        if primary is None:
            print("no PostgreSQL on this machine")
            return 1
        with primary:
            name = primary.empty_database().rpartition("/")[2]
            with primary.follow() as standby:
                primary.wait_for_standby()
                return _fail_over(House(Setup.POSTGRES_REDIS, folder, probe_every=5), primary, standby, name, words)


def _fail_over(house: House, primary: Primary, standby: Standby, name: str, words: argparse.Namespace) -> int:
    house.database = f"postgresql://postgres@127.0.0.1:{primary.port},127.0.0.1:{standby.port}/{name}"
    report = Report(Setup.POSTGRES_REDIS, words.seed, words.before + words.down + words.after)
    host = Host(house, words.seed, rate=words.rate)
    try:
        house.open()
        host.start()
        time.sleep(words.before)
        primary.die()
        time.sleep(words.down)
        standby.promote()
        back = _seconds_until_accepted(house)
        time.sleep(words.after)
        host.stop()
        look(house, host, report, patience=1)
    finally:
        host.give_up()
        house.close()
    report.restarts = house.restarts
    report.wrong += [f"no comment was accepted within {BACK_WITHIN:g} s of the promotion"] * (back > BACK_WITHIN)
    print(json.dumps({"back_after": round(back, 1), **asdict(report)}, indent=2))
    return int(bool(report.wrong))


def _seconds_until_accepted(house: House) -> float:
    began = time.monotonic()
    post = {"thread": {"id": "after"}, "text": "Is anybody there again?", "author": {"name": "Ada"}}
    wait_until(lambda: house.call("POST", "/v1/comments", json=post).status_code == 202, what="an accepted comment")
    return time.monotonic() - began


if __name__ == "__main__":
    sys.exit(main())
