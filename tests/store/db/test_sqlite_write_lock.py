"""Writers of one SQLite file take turns, also if another process hangs in its turn."""

import fcntl
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from service.store.db.sqlite_write_lock import FairFileLock
from tests.support.servers import wait_until

_HOLD = """
import sys, pathlib
from service.store.db.sqlite_write_lock import FairFileLock
with FairFileLock(pathlib.Path(sys.argv[1])).hold(5):
    print("mine", flush=True)
    sys.stdin.readline()
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "greenroom.db.lock"


@pytest.fixture
def other(file: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that holds the lock until it is told to release it."""
    with subprocess.Popen(
        [sys.executable, "-c", _HOLD, str(file)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as it:
        assert it.stdout
        assert it.stdout.readline() == "mine\n"
        yield it
        it.kill()


def test_behind_a_process_that_hangs_only_the_first_in_line_waits_for_its_end(file: Path, other: subprocess.Popen[str]) -> None:
    other.send_signal(signal.SIGSTOP)
    turns, first = FairFileLock(file), []

    def write() -> None:
        with turns.hold(30):
            first.append("in")

    writer = threading.Thread(target=write)
    writer.start()
    wait_until(turns._line.locked, what="a first in line")
    for _ in range(3):
        with (
            pytest.raises(OperationalError, match=r"database is locked: another process has been writing for 0\.05 s"),
            turns.hold(0.05),
        ):
            pytest.fail("that was another's turn")
    assert first == []
    other.kill()
    writer.join(30)
    assert first == ["in"]
    assert _free(turns)


def test_whoever_has_no_patience_never_waits(file: Path, other: subprocess.Popen[str]) -> None:
    with pytest.raises(OperationalError), FairFileLock(file).hold(0):
        pytest.fail("that was another's turn")


def test_the_next_in_line_is_let_in_when_the_turn_before_ends(file: Path, other: subprocess.Popen[str]) -> None:
    turns, order = FairFileLock(file), []

    def write() -> None:
        with turns.hold(30):
            order.append("in")

    writers = [threading.Thread(target=write) for _ in range(4)]
    for writer in writers:
        writer.start()
    wait_until(turns._line.locked, what="a writer in line")
    assert order == []
    other.communicate("go on\n")
    for writer in writers:
        writer.join(30)
    assert order == ["in"] * 4


def test_nobody_gets_in_again_past_whoever_is_next(file: Path) -> None:
    turns = FairFileLock(file)
    with turns.hold(30):
        other = subprocess.Popen(
            [sys.executable, "-c", _HOLD, str(file)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        wait_until(lambda: _taken(turns._door), what="somebody at the door")
        assert other.stdin
        other.stdin.write("go on\n")
        other.stdin.flush()
    with other, turns.hold(30):
        assert other.stdout
        assert other.stdout.readline() == "mine\n"
        assert other.stdout.readline() == ""


def _taken(path: Path) -> bool:
    with path.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def _free(turns: FairFileLock) -> bool:
    """Whether no process holds the lock."""
    with suppress(OperationalError), turns.hold(0):
        return True
    return False
