"""The log file of `greenroom up`: followed, rotated, and never blocking."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from service.processes.logfile import LogFile


@pytest.fixture
def terminal() -> Iterator[tuple[int, int]]:
    """Both ends of a pipe that stands in for the terminal."""
    ends = os.pipe()
    yield ends
    for end in ends:
        os.close(end)


def _write(path: Path, *lines: str) -> None:
    with path.open("a") as file:
        file.writelines(line + "\n" for line in lines)


def test_what_is_new_is_shown_in_a_readable_form(tmp_path: Path, terminal: tuple[int, int]) -> None:
    path = tmp_path / "greenroom.log"
    _write(path, '{"event": "from the last start"}')
    log = LogFile(path, terminal=terminal[1])
    facts = {
        "at": "2026-03-01T12:00:01.000+00:00",
        "level": "warning",
        "process": "checks",
        "event": "sweep_checks_pending",
        "oldest": 1,
    }
    _write(path, json.dumps(facts), "no JSON")
    log.show_new()
    log.close()
    assert os.read(terminal[0], 1000).decode() == "12:00:01 checks   warning: sweep_checks_pending oldest=1\nno JSON\n"


def test_a_terminal_that_has_stopped_is_not_waited_for(tmp_path: Path, terminal: tuple[int, int]) -> None:
    path = tmp_path / "greenroom.log"
    log = LogFile(path, terminal=terminal[1])
    _write(path, *(f"line {n}" for n in range(50_000)))
    log.show_new()
    shown = os.read(terminal[0], 1_000_000)
    log.show_new()
    shown += os.read(terminal[0], 1_000_000)
    log.close()
    # No line was lost while the terminal was stopped.
    assert shown == b"".join(b"line %d\n" % n for n in range(50_000))[: len(shown)]
    assert len(shown) > 100_000


def test_a_file_that_has_grown_is_put_aside_and_emptied(tmp_path: Path, terminal: tuple[int, int]) -> None:
    path = tmp_path / "greenroom.log"
    log = LogFile(path, terminal=terminal[1], largest=1000)
    _write(path, *(f"an old line {n}" for n in range(100)))
    log.pass_over()
    log.pass_over()
    _write(path, "a new line")
    log.show_new()
    log.close()
    assert os.read(terminal[0], 1000) == b"a new line\n"
    assert path.read_text() == "a new line\n"
    aside = tmp_path / "greenroom.log.1"
    assert "an old line 99" in aside.read_text()
    assert aside.stat().st_mode & 0o077 == 0


def test_a_disk_without_room_for_the_old_file_ends_nothing(tmp_path: Path, terminal: tuple[int, int]) -> None:
    path, aside = tmp_path / "greenroom.log", tmp_path / "greenroom.log.1"
    log = LogFile(path, terminal=terminal[1], largest=1000)
    aside.symlink_to("/dev/full")
    _write(path, *(f"an old line {n}" for n in range(100)))
    log.pass_over()
    assert "an old line 99" in path.read_text()
    log.pass_over()
    log.close()
    assert (path.read_text(), "an old line 99" in aside.read_text()) == ("", True)


def test_a_large_limit_takes_no_memory(tmp_path: Path, terminal: tuple[int, int]) -> None:
    path = tmp_path / "greenroom.log"
    log = LogFile(path, terminal=terminal[1], largest=100_000 * 1_000_000)
    _write(path, "a line")
    log.show_new()
    log.close()
    assert os.read(terminal[0], 1000) == b"a line\n"


def test_lines_stay_json_where_json_is_asked_for(tmp_path: Path, terminal: tuple[int, int]) -> None:
    path = tmp_path / "greenroom.log"
    log = LogFile(path, terminal=terminal[1], as_json=True)
    _write(path, '{"event": "checked"}')
    log.show_new()
    log.close()
    assert os.read(terminal[0], 1000) == b'{"event": "checked"}\n'
