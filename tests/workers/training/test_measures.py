"""`greenroom evaluate`: it finds all measures and all sets, writes JSON, and fails if harmless comments are rejected unseen."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from service.cli import main
from workers.training.corpora import find
from workers.training.measures import all_measures

FOLDER = Path(__file__).parents[3] / "workers/training/measures"


def lay_down(folder: Path, name: str, *rows: dict[str, object]) -> None:
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def evaluate(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(main, ["evaluate", *arguments])
    assert isinstance(result.exception, SystemExit | None), result.exception
    return result.exit_code, result.output


def test_each_file_of_measures_is_found_and_has_measures():
    pytest.importorskip("sklearn")
    families = {family for family, _ in all_measures()}
    assert families == {file.stem.replace("_", " ") for file in FOLDER.glob("[!_]*.py")}


def test_a_set_is_found_in_the_folder_below_it_and_beside_it(tmp_path: Path):
    lay_down(tmp_path / "dev2", "calls", {"text": "Please share.", "label": 0})
    lay_down(tmp_path / "dev", "other", {"text": "x", "label": 0})
    places = {find(folder, "calls.jsonl") for folder in (tmp_path, tmp_path / "dev2", tmp_path / "dev")}
    assert places == {tmp_path / "dev2" / "calls.jsonl"}
    assert find(tmp_path, "none.jsonl") is None


@pytest.mark.parametrize(
    ("text", "status"),
    [("I subscribe to the paper.", 0), ("WIN a free iPhone, click http://x.example/win now, casino bonus!!!", 1)],
)
def test_it_fails_if_a_harmless_comment_is_rejected_unseen(tmp_path: Path, text: str, status: int):
    lay_down(folder := tmp_path / "data", "calls", {"text": text, "label": 0, "kind": "a call", "source": "us", "name": "Ann"})
    file = tmp_path / "figures.json"
    ended, output = evaluate("--data", str(folder), "--only", "rejected unseen", "--json", str(file))
    assert ended == status, output
    [figure] = json.loads(file.read_text())
    assert (figure["family"], figure["figure"], figure["reached"]) == ("rejected unseen", float(status), not status)
    assert "rejected unseen, and fine: calls" in output
