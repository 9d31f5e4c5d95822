"""Wake-ups without a broker: datagrams to the worker of the same data folder."""

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from service.config import Settings
from service.jobs.names import Job
from service.jobs.notify import notifier
from service.jobs.wake_sockets import SocketNotifier, WakeSockets
from service.logs import request_ids
from tests.support.servers import wait_until

#: Seconds of a wait that something else has to end, since it is longer than the time limit of a test; or no wait at all.
LONG, NONE = 3600.0, 0.0


@pytest.fixture
def running() -> Iterator[int]:
    """A file descriptor that says that the worker is not to stop."""
    stopped, stopping = os.pipe()
    yield stopped
    os.close(stopping)
    os.close(stopped)


@pytest.fixture(params=["short", "long"])
def home(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A data folder; also one whose path is longer than that of a Unix socket may be."""
    folder = tmp_path if request.param == "short" else tmp_path / ("a" * 120)
    folder.mkdir(exist_ok=True)
    return folder


def test_a_wake_up_ends_the_wait_of_its_job_and_names_its_requests(home: Path, running: int) -> None:
    with WakeSockets(home) as sockets:
        token = request_ids.set(("one", "two"))
        notifier(Settings(home=home)).notify(Job.DRAIN)
        request_ids.reset(token)
        assert sockets.wait(Job.DRAIN, LONG, running) == ("one", "two")
        token = request_ids.set(())
        SocketNotifier(home).notify(Job.DELIVER)
        request_ids.reset(token)
        assert sockets.wait(Job.DELIVER, LONG, running) == ()


def test_wake_ups_that_wait_are_taken_together(home: Path, running: int) -> None:
    with WakeSockets(home) as sockets:
        wake = SocketNotifier(home)
        for at in range(1000):
            token = request_ids.set((f"request-{at}",))
            wake.notify(Job.DRAIN)
            request_ids.reset(token)
        assert sockets.wait(Job.DRAIN, LONG, running)[0] == "request-0"
        assert sockets.wait(Job.DRAIN, NONE, running) == ()


def test_a_wake_up_that_comes_during_the_wait_ends_it(tmp_path: Path, running: int) -> None:
    with WakeSockets(tmp_path) as sockets:
        waiting = threading.Thread(target=sockets.wait, args=(Job.DRAIN, LONG, running), daemon=True)
        waiting.start()

        def has_ended() -> bool:
            SocketNotifier(tmp_path).notify(Job.DRAIN)
            return not waiting.is_alive()

        wait_until(has_ended, what="the end of the wait")


def test_a_worker_that_is_to_stop_waits_no_longer(tmp_path: Path) -> None:
    stopped, stopping = os.pipe()
    os.close(stopping)
    with WakeSockets(tmp_path) as sockets:
        assert sockets.wait(Job.DRAIN, LONG, stopped) == ()
    os.close(stopped)


def test_nobody_has_to_listen(tmp_path: Path) -> None:
    SocketNotifier(tmp_path).notify(Job.DRAIN)
    SocketNotifier(tmp_path / "nowhere").notify(Job.DRAIN)
    WakeSockets(tmp_path).close()
    SocketNotifier(tmp_path).notify(Job.DRAIN)


def test_what_a_killed_worker_left_is_no_hindrance(tmp_path: Path, running: int) -> None:
    with WakeSockets(tmp_path), WakeSockets(tmp_path) as sockets:
        SocketNotifier(tmp_path).notify(Job.DRAIN)
        sockets.wait(Job.DRAIN, LONG, running)
    assert not list(tmp_path.glob("*.sock"))
