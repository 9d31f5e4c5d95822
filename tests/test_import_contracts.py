"""The import contracts: `make lint` is clean, and a forbidden import is found."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
BIN = Path(sys.executable).parent

#: Packages, each with an import that is forbidden there.
PLANTED = {
    "service/domain/states.py": "import service.store.tables.comments",
    "service/store/comments/claim.py": "import service.actions.comments.submit",
    "service/actions/comments/submit.py": "import service.web.app",
    "service/jobs/notify.py": "import workers.checking.check_pending",
    "service/web/api/comments.py": "import workers.checks",
    "workers/checking/check_pending.py": "import service.web.resources.web_resources",
    "workers/checks/links.py": "import service.store.db.engine",
    "service/store/tables/comments.py": "import service.store.comments.claim",
    "service/store/comments/feed.py": "import service.store.lifecycle.dump",
    "service/web/auth/sessions.py": "import service.web.pages.queue.page",
    "service/web/pages/blueprint.py": "import service.web.pages.queue.page",
    "workers/resources/worker_resources.py": "import workers.periodic.sweep",
}


@pytest.mark.parametrize(
    "command",
    [
        "ruff check .",
        "ruff format --check .",
        "mypy",
        "lint-imports --no-cache",
        "codespell",
        "python -m tests.support.tree_rules",
    ],
)
def test_the_lint_is_clean(command: str) -> None:
    tool, *words = command.split()
    answer = subprocess.run([BIN / tool, *words], cwd=ROOT, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stdout + answer.stderr


def test_each_planted_import_is_caught(tmp_path: Path) -> None:
    for name in ("service", "workers"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__", "*.json", "*.gz", "*.png"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for room, words in PLANTED.items():
        with (tmp_path / room).open("a") as file:
            file.write(f"\n{words}\n")
    environ = {"PYTHONPATH": str(tmp_path), "PATH": "/usr/bin:/bin"}
    command = [BIN / "lint-imports", "--no-cache"]
    answer = subprocess.run(command, cwd=tmp_path, env=environ, capture_output=True, text=True, check=False)
    assert answer.returncode == 1
    found = " ".join(answer.stdout.split())
    for room, words in PLANTED.items():
        importer = room.removesuffix(".py").replace("/", ".")
        assert f"{importer} -> {words.split()[1]} (l." in found, answer.stdout
