"""All processes on PostgreSQL have one clock, whatever the clocks of their machines are."""

import os
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from service.clock import COMPARE_AFTER, SharedClock
from tests.chaos.process import FAKETIME, deceived_by

HOUR = timedelta(hours=1)
NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
_TOLD = """
import sys
from service.clock import utcnow
from service.store.db.engine import Database
from datetime import UTC, datetime
Database(sys.argv[1]).compare_clocks()
print(datetime.now(UTC).timestamp(), utcnow().timestamp())
"""


class Machine:
    """A machine whose clock can be set."""

    def __init__(self, off: timedelta) -> None:
        self.off, self.passed = off, 0.0

    def clock(self) -> SharedClock:
        return SharedClock(lambda: self.true_time() + self.off, lambda: self.passed)

    def true_time(self) -> datetime:
        return NOW + timedelta(seconds=self.passed)


@pytest.mark.parametrize("off", [-6 * HOUR, 6 * HOUR, 960 * HOUR])
def test_a_clock_that_is_hours_off_is_not_believed(off: timedelta) -> None:
    machine = Machine(off)
    clock = machine.clock()
    clock.compare(machine.true_time)
    machine.passed = 20.0
    assert clock.now() == machine.true_time()


def test_a_clock_that_jumps_between_two_comparisons_changes_nothing() -> None:
    machine = Machine(timedelta())
    clock = machine.clock()
    clock.compare(machine.true_time)
    assert not clock.is_due
    machine.off, machine.passed = 6 * HOUR, 5.0
    assert (clock.now(), clock.is_due) == (machine.true_time(), True)


def test_a_clock_that_is_right_is_taken_as_it_is_and_compared_now_and_then() -> None:
    machine = Machine(timedelta(seconds=1))
    clock = machine.clock()
    assert clock.is_due
    clock.compare(machine.true_time)
    machine.passed = COMPARE_AFTER - 1
    assert (clock.now(), clock.is_due) == (machine.true_time() + machine.off, False)
    machine.passed = COMPARE_AFTER
    assert clock.is_due


def test_an_answer_that_took_long_is_not_believed() -> None:
    machine = Machine(timedelta())
    clock = machine.clock()

    def slow() -> datetime:
        before, machine.passed = machine.true_time(), machine.passed + 10.0
        return before

    clock.compare(slow)
    assert (clock.now(), clock.is_due) == (machine.true_time(), True)


@pytest.mark.skipif(FAKETIME is None, reason="faketime is not installed")
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_process_six_hours_ahead_tells_the_time_of_the_database(database_url: str, tmp_path: Path) -> None:
    clock = tmp_path / "clock"
    clock.write_text("+6h\n")
    environ = os.environ | deceived_by(clock)
    process = subprocess.run([sys.executable, "-c", _TOLD, database_url], env=environ, capture_output=True, text=True, check=True)
    local, shared = (datetime.fromtimestamp(float(word), UTC) for word in process.stdout.split())
    assert local - datetime.now(UTC) > 5 * HOUR
    assert abs(shared - datetime.now(UTC)) < HOUR


def test_nothing_asks_the_machine_for_the_time_itself() -> None:
    """Only `greenroom doctor` does, to compare the two."""
    project = Path(__file__).parent.parent
    files = [file for room in ("service", "workers") for file in (project / room).rglob("*.py")]
    asking = {str(file.relative_to(project)) for file in files if re.search(r"datetime\.now\(|time\.time\(", file.read_text())}
    assert asking == {"service/clock.py", "service/commands/doctor.py"}
