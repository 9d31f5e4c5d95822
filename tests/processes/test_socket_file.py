"""The Unix socket of the web process."""

import socket
from pathlib import Path

import pytest

from service.config import BadSetting
from service.processes.socket_file import make_room


def test_the_socket_of_a_killed_process_is_removed(tmp_path: Path) -> None:
    path = tmp_path / "web.sock"
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(path))
    make_room(str(path))
    assert not path.exists()
    make_room(str(path))


def test_nothing_else_is_removed_and_the_message_says_what_is_there(tmp_path: Path) -> None:
    file, path = tmp_path / "file", tmp_path / "web.sock"
    file.touch()
    with pytest.raises(BadSetting, match="exists and is no socket"):
        make_room(str(file))
    with socket.socket(socket.AF_UNIX) as alive:
        alive.bind(str(path))
        alive.listen()
        with pytest.raises(BadSetting, match="a process listens on"):
            make_room(str(path))
    assert file.exists()
    with pytest.raises(BadSetting, match="is no folder that this user may write in"):
        make_room(str(tmp_path / "none" / "web.sock"))
