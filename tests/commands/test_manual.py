"""The manual page and the completion are made from the help of the commands."""

import subprocess
import sys

import pytest
from click.testing import CliRunner

from service.cli import COMMANDS, main


def test_the_manual_page_has_every_command_and_no_request_by_accident() -> None:
    page = CliRunner().invoke(main, ["man"]).stdout
    for command in COMMANDS:
        assert f"\n.SS greenroom {command.replace('-', chr(92) + '-')}\n" in page
    requests = {line.split()[0] for line in page.splitlines() if line.startswith((".", "'"))}
    assert requests == {".TH", ".SH", ".SS", ".nf", ".fi"}


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_completes_commands(shell: str) -> None:
    assert "_GREENROOM_COMPLETE" in CliRunner().invoke(main, ["completion", shell]).stdout


def test_python_runs_greenroom_as_a_module() -> None:
    ran = subprocess.run([sys.executable, "-m", "greenroom", "--version"], capture_output=True, text=True, check=True)
    assert ran.stdout.startswith("greenroom, version ")
