"""Rules of the tree that no other tool holds: how full a folder may be, how long a test file may be, and words that no name has.

Run by `make lint`: python -m tests.support.tree_rules
"""

import ast
import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
MOST_FILES, MOST_LINES = 25, 300
#: Migrations follow one another and belong to no room.
MIGRATIONS = ROOT / "service" / "store" / "migrations" / "versions"
#: A word that no file, class, function or constant has in its name, and the word for the same thing.
FORBIDDEN = {
    "elsewhere": "oidc, or external",
    "doors": "web_resources",
    "workshop": "worker_resources",
    "workshops": "worker_resources",
    "hands": "audit_actor",
    "deed": "audit_event",
    "deeds": "audit_event",
    "tells": "feedback",
    "bell": "notifier",
    "shelf": "archive_folder, or model_file",
    "gesture": "queue_action",
    "gestures": "queue_action",
    "committer": "group_commit",
    "neighbours": "related_counts",
    "alike": "group, or recent_comments",
    "latitude": "site_thresholds",
    "acts": "audit_log",
    "outside": "external_checks",
}
#: Words that no variable and no argument has either.
EVERYWHERE = frozenset({"doors", "workshop", "workshops", "bell", "deed", "gesture", "committer", "latitude"})


def faults() -> Iterator[str]:
    """One sentence for each rule that is broken, with the place and what to do."""
    code = [file for part in ("service", "workers", "clients", "tests", "bench") for file in sorted((ROOT / part).rglob("*.py"))]
    for folder, number in Counter(file.parent for file in code).items():
        if number > MOST_FILES and folder != MIGRATIONS:
            yield f"{folder.relative_to(ROOT)} has {number} files: at most {MOST_FILES}; part it by room"
    for file in code:
        name = file.relative_to(ROOT)
        if name.parts[0] == "tests" and (lines := len(file.read_text().splitlines())) > MOST_LINES:
            yield f"{name} has {lines} lines: at most {MOST_LINES}; part it by subject"
        for line in _translated_in_f_strings(file):
            yield f"{name}:{line}: _() inside an f-string: it is not extracted on Python 3.12 and later; take it out"
        for line, found in _names(file):
            for word in re.findall(r"[a-z]+", re.sub(r"(?<=[a-z])(?=[A-Z])", "_", found).lower()):
                if word in FORBIDDEN:
                    yield f"{name}:{line}: {found} has the word {word!r}; say {FORBIDDEN[word]}"


def _translated_in_f_strings(file: Path) -> Iterator[int]:
    for text in ast.walk(ast.parse(file.read_text())):
        if isinstance(text, ast.JoinedStr):
            calls = (node for node in ast.walk(text) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name))
            yield from (node.lineno for node in calls if node.func.id in ("_", "gettext", "ngettext"))


def _names(file: Path) -> Iterator[tuple[int, str]]:
    yield 1, file.stem
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and not node.name.startswith("test_"):
            yield node.lineno, node.name
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and (node.id.isupper() or node.id in EVERYWHERE):
            yield node.lineno, node.id
        elif isinstance(node, ast.arg) and node.arg in EVERYWHERE:
            yield node.lineno, node.arg


if __name__ == "__main__":
    found = list(faults())
    print(*found, sep="\n")
    sys.exit(1 if found else 0)
