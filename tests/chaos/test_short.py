"""The short form of `make chaos`: a few faults on each set-up, and every promise is kept."""

import os
from pathlib import Path

import pytest

from tests.chaos.house import Setup
from tests.chaos.run import run
from tests.support.servers import Postgres, Redis


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("setup", list(Setup))
def test_nothing_is_lost_stuck_or_out_of_order(setup: Setup, tmp_path: Path) -> None:
    if setup.with_redis and Redis.find(tmp_path) is None:
        pytest.skip("Redis is not to be had on this machine")
    if setup is Setup.POSTGRES_REDIS and Postgres.find(tmp_path) is None:
        pytest.skip("PostgreSQL is not to be had on this machine")
    seed = int(os.environ.get("CHAOS_SEED", "0")) or int.from_bytes(os.urandom(3))
    # Printed on failure: CHAOS_SEED=… repeats the same faults.
    print(f"CHAOS_SEED={seed}")
    report = run(setup, seconds=6, rate=10, faults=6, seed=seed, probe_every=1, patience=10)
    assert report.wrong == []
    assert report.accepted > 20
    assert (report.lost, report.stuck, report.undelivered, report.out_of_order, report.bad_signatures) == (0, 0, 0, 0, 0)
