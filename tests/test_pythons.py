"""`make pythons` names what it did not try, and never takes that for a success."""

import pytest

from release.pythons import ROOT, find, main, version_of


def test_a_python_that_the_machine_lacks_is_named_and_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--quick", "python3.1"]) == 0
    assert capsys.readouterr().out == "python3.1: not on this machine, or without venv; left out\n"


def test_a_whole_run_that_tried_nothing_has_failed() -> None:
    assert main(["python3.1"]) == 1


def test_the_quick_run_leaves_out_what_make_test_runs(capsys: pytest.CaptureFixture[str]) -> None:
    version = version_of(str(ROOT / ".venv" / "bin" / "python"))
    if version is None:
        pytest.skip("there is no .venv here")
    name = f"python3.{version.split('.')[1]}"
    if version_of(find(name)) != version:
        pytest.skip("the Python of .venv has another name here")
    assert main(["--quick", name]) == 0
    assert "is the Python of .venv, left out here" in capsys.readouterr().out
