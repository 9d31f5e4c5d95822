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


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    copy = tmp_path_factory.mktemp("copy")
    for name in ("service", "workers"):
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__", "*.json", "*.gz", "*.png"))
    shutil.copy(ROOT / "pyproject.toml", copy)
    return copy


@pytest.mark.parametrize("room", PLANTED)
def test_a_planted_import_is_caught(copy: Path, room: str) -> None:
    file = copy / room
    clean = file.read_text()
    file.write_text(f"{clean}\n{PLANTED[room]}\n")
    try:
        answer = _lint_imports(copy)
    finally:
        file.write_text(clean)
    assert answer.returncode == 1
    assert f"{PLANTED[room].split()[1]}" in answer.stdout


def _lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    environ = {"PYTHONPATH": str(folder), "PATH": "/usr/bin:/bin"}
    command = [BIN / "lint-imports", "--no-cache"]
    return subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, check=False)
