"""`greenroom up` as a person uses it: real processes, a real port, its own data folder."""

import os
import signal
import socket
import subprocess
from pathlib import Path

import pytest

from tests.support.process_tree import GREENROOM, Up, alive
from tests.support.servers import free_port, wait_until

CALM = "I walked across the old bridge every morning for ten years."


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_the_end_leaves_no_process_and_no_socket(tmp_path: Path, how: signal.Signals) -> None:
    with Up(tmp_path / "home") as up:
        processes = up.processes()
        assert up.stop(how) == 0
        assert [pid for pid in processes if alive(pid)] == []
        assert not list((tmp_path / "home").glob("*.sock"))


def test_a_killed_root_takes_every_process_with_it(tmp_path: Path) -> None:
    with Up(tmp_path / "home") as up:
        processes = up.processes()
        up.stop(signal.SIGKILL)
        wait_until(lambda: not [pid for pid in processes if alive(pid)], what="all processes to end")


def test_the_printed_curl_works_and_a_second_start_finds_its_data(tmp_path: Path) -> None:
    with Up(tmp_path / "home") as up:
        printed = subprocess.run(up.curl, capture_output=True, text=True, check=True).stdout
        assert '"id":' in printed
        comment = up.post(CALM)
        up.wait_for(comment, "approved")
        key = up.key
    for name in ("secret.key", "demo.key", "greenroom.db", "greenroom.log"):
        assert (tmp_path / "home" / name).stat().st_mode & 0o077 == 0, name
    with Up(tmp_path / "home") as again:
        assert "Found your data again: 2 comments; sites: demo" in again.output
        assert again.key == key
        assert again.state(comment) == "approved"


def test_a_process_that_is_killed_comes_back_and_nothing_is_lost(tmp_path: Path) -> None:
    with Up(tmp_path / "home", GREENROOM_LEASE="2", GREENROOM_WORKER_PROCESSES="2") as up:
        comments = []
        for name in ("sweep", "web", "checks"):
            comments += [up.post(f"{CALM} Before {name} {n}") for n in range(10)]
            wait_until(lambda name=name: name in _roles(up).values(), what=f"a process {name!r} to kill")
            for pid, role in _roles(up).items():
                if role == name:
                    os.kill(pid, signal.SIGKILL)
            comments += [up.post(f"{CALM} After {name} {n}") for n in range(5)]
        for comment in comments:
            up.wait_for(comment, "approved", "held", "rejected")
        wait_until(lambda: sorted(_roles(up).values()) == ["checks", "sweep", "web"], what="all processes to be back")


def test_two_processes_do_all_the_work(tmp_path: Path) -> None:
    with Up(tmp_path / "home") as up:
        assert sorted(_roles(up).values()) == ["sweep", "web"]
        comment = up.post(CALM)
        up.wait_for(comment, "approved")


def test_a_taken_port_is_one_clear_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        answer = _start(tmp_path, PORT=str(port))
    assert answer.returncode == 1
    assert answer.stderr == f"Error: 127.0.0.1:{port}: Address already in use; PORT=… chooses another port\n"


def test_a_data_folder_in_use_is_one_clear_line(tmp_path: Path) -> None:
    with Up(tmp_path / "home"):
        answer = _start(tmp_path, PORT="1")
    assert answer.returncode == 1
    assert answer.stderr.startswith(f"Error: Greenroom is running on {tmp_path / 'home'} already")


def test_a_wrong_setting_is_one_clear_line(tmp_path: Path) -> None:
    answer = _start(tmp_path, GREENROOM_WEB_THREAD="4")
    assert answer.stderr == "Error: GREENROOM_WEB_THREAD: no such setting; did you mean web_threads?\n"


def test_a_database_that_is_away_is_one_clear_line(tmp_path: Path) -> None:
    answer = _start(
        tmp_path, DATABASE_URL=f"postgresql://greenroom:hunter2@127.0.0.1:{free_port()}/greenroom", PORT=str(free_port())
    )
    assert answer.returncode == 1
    assert answer.stderr.startswith("Error: the database cannot be reached: ")
    assert answer.stderr.endswith("; does it run, and is DATABASE_URL right?\n")
    assert "hunter2" not in answer.stderr


def _roles(up: Up) -> dict[int, str]:
    """The second word of each title, as in "greenroom web worker-1", by the id of the process. One that was just killed has no title."""
    return {pid: title.split()[1] for pid, title in up.processes().items() if title}


def _start(tmp_path: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    environ = {"PATH": "/usr/bin:/bin", "GREENROOM_HOME": str(tmp_path / "home"), **environ}
    return subprocess.run([GREENROOM, "up"], env=environ, capture_output=True, text=True, timeout=120, check=False)
