"""One `greenroom up` runs on a data folder."""

import os
from pathlib import Path

import click
import pytest

from service.commands.up import _only_one
from service.config import Settings


def test_nothing_that_is_deleted_in_the_folder_lets_a_second_one_in(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    lock = _only_one(Settings(home=home))
    assert list(home.iterdir()) == []
    with pytest.raises(click.ClickException, match="is running on"):
        _only_one(Settings(home=home))
    os.close(lock)
    os.close(_only_one(Settings(home=home)))
