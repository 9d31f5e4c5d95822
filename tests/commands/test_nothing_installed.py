"""A command that needs an installation, in a folder where there is none: the most usual slip."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from service.cli import main
from service.commands.support import context
from tests.commands.imports.test_formats import SAMPLES


@pytest.mark.parametrize(
    "words",
    [
        ["post", str(SAMPLES / "mine.jsonl"), "--site", "demo"],
        ["import", str(SAMPLES / "mine.jsonl"), "--site", "demo"],
        ["export", "demo", "demo.jsonl.gz"],
        ["site", "list"],
        ["verify"],
    ],
    ids=lambda words: words[0],
)
def test_a_command_without_an_installation_says_so_and_makes_none(
    words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    monkeypatch.setenv("GREENROOM_HOME", str(home))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    caches = (context.settings, context.database, context.new_database)
    for cached in caches:
        cached.cache_clear()
    said = CliRunner().invoke(main, words)
    for cached in caches:
        cached.cache_clear()
    assert said.exit_code == 1
    assert f"nothing is installed in {home}: name the folder of Greenroom with GREENROOM_HOME" in said.output
    assert not (home / "greenroom.db").exists()
