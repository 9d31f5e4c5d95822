"""Footprint: the start-up time of `greenroom up`, and the memory of its idle process tree (PSS: shared pages count once)."""

import json
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench.stage import SECRET, free_port, process, say

#: Idle seconds before the memory is read.
REST = 5.0


def measure() -> dict[str, Any]:
    """How many seconds a second start takes, and the memory in MB of the whole process tree and of each process."""
    with TemporaryDirectory(prefix="greenroom-bench-") as home:
        _started(home)
        warm, memory = _started(home, rest=REST)
    found = {"start_seconds": warm, "tree_mb": round(sum(memory.values()), 1), "processes_mb": memory}
    say(f"footprint: {found}")
    return found


def _started(home: str, *, rest: float = 0.0) -> tuple[float, dict[str, float]]:
    port = free_port()
    environ = {"GREENROOM_HOME": home, "GREENROOM_SECRET_KEY": SECRET, "PORT": str(port)}
    began = time.monotonic()
    with process([sys.executable, "-m", "service.cli", "up"], environ, ready=f"http://127.0.0.1:{port}/readyz") as tree:
        took = round(time.monotonic() - began, 2)
        time.sleep(rest)
        return took, _memory(tree.pid)


def _memory(pid: int) -> dict[str, float]:
    """MB of a process and its descendants, by title."""
    found: dict[str, float] = {}
    for one in (pid, *_below(pid)):
        folder = Path(f"/proc/{one}")
        try:
            title = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()[:60].strip() or str(one)
            pss = next(line for line in (folder / "smaps_rollup").read_text().splitlines() if line.startswith("Pss:"))
        except OSError:
            continue  # The process ended meanwhile.
        found[f"{title} ({one})"] = round(int(pss.split()[1]) / 1024, 1)
    return found


def _below(pid: int) -> list[int]:
    children = [int(child) for task in Path(f"/proc/{pid}/task").glob("*/children") for child in task.read_text().split()]
    return [one for child in children for one in (child, *_below(child))]


if __name__ == "__main__":
    json.dump(measure(), sys.stdout, indent=1)
