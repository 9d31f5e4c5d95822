"""Runs the tests on every Python from 3.11 to 3.14 that this machine has, each in an environment of its own from the locks.

    python -m release.pythons [--quick] [PYTHON ...]

Each PYTHON is tried in turn; one that is not on this machine is named and left out. `--quick` leaves out the version of `.venv`, whose
tests `make test` runs, and runs the tests that need no server and no browser. Uses the standard library only.
"""

import hashlib
import shutil
import subprocess
import sys
import time
from pathlib import Path

PYTHONS = ("python3.11", "python3.12", "python3.13", "python3.14")
ROOT = Path(__file__).parent.parent
#: What an environment is made from.
LOCK = ROOT / "locks" / "test.txt"
IN_PARALLEL = ["-n", "auto", "--maxprocesses", "8", "--dist", "worksteal"]
#: Tests that need no server and no browser.
QUICK_FOLDERS = ("domain", "actions", "store/comments", "web/api")
QUICK = [*IN_PARALLEL, "-q", "-k", "not postgresql", *(f"tests/{name}" for name in QUICK_FOLDERS)]


def main(arguments: list[str]) -> int:
    quick, names = "--quick" in arguments, [name for name in arguments if name != "--quick"]
    results = {name: _tried(name, quick=quick) for name in names or PYTHONS}
    print(*(f"{name}: {result}" for name, result in results.items()), sep="\n", flush=True)
    if any(result.startswith("FAILED") for result in results.values()):
        return 1
    return 0 if quick or any(result.startswith("passed") for result in results.values()) else 1


def find(name: str) -> str:
    """The path of this Python: one that pyenv or uv has installed, else the one on PATH."""
    homes = (".pyenv/versions", ".local/share/uv/python")
    installed = [path for home in homes for path in sorted(Path.home().glob(f"{home}/*/bin/{name}"))]
    return str(installed[-1]) if installed else name


def version_of(python: str) -> str | None:
    """The version of this Python; None where it cannot be run, or cannot make an environment."""
    if shutil.which(python) is None:
        return None
    asked = "import ensurepip, venv, platform; print(platform.python_version())"
    found = subprocess.run([python, "-c", asked], capture_output=True, text=True)
    return found.stdout.strip() if found.returncode == 0 else None


def _tried(name: str, *, quick: bool) -> str:
    """Run the tests on this Python. Returns what came of it, in words."""
    python = find(name)
    version = version_of(python)
    if version is None:
        return "not on this machine, or without venv; left out"
    if quick and version == version_of(str(ROOT / ".venv" / "bin" / "python")):
        return f"{version} is the Python of .venv, left out here: `make test` runs everything on it"
    began = time.monotonic()
    environment = ROOT / "build" / "pythons" / name
    if not _make(python, environment):
        return f"FAILED: {version} cannot install the locks"
    done = subprocess.run([environment / "bin" / "python", "-m", "pytest", *(QUICK if quick else IN_PARALLEL)], cwd=ROOT)
    result = "passed" if done.returncode == 0 else "FAILED"
    return f"{result}: {'the quick tests' if quick else 'all tests'} on {version}, in {time.monotonic() - began:.0f} s"


def _make(python: str, environment: Path) -> bool:
    """Make the environment from the locks, unless it is there already."""
    stamp, wanted = environment / "made-from", hashlib.sha256(LOCK.read_bytes() + python.encode()).hexdigest()
    if stamp.is_file() and stamp.read_text() == wanted:
        return True
    pip = [environment / "bin" / "python", "-m", "pip", "install", "--quiet"]
    steps = (
        [python, "-m", "venv", "--clear", environment],
        [*pip, "--require-hashes", "-r", LOCK],
        [*pip, "--no-deps", "--no-build-isolation", "--editable", ROOT],
    )
    if any(subprocess.run(step).returncode for step in steps):
        return False
    stamp.write_text(wanted)
    return True


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
