"""What a process and all its descendants use, read from /proc and from the kernel's clock of each process."""

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Member:
    """One process. `pss_mb`: memory in MB, where a page that n processes share counts 1/n in each."""

    pid: int
    title: str
    pss_mb: float


def members(pid: int) -> list[Member]:
    """The process and its descendants. Those that end meanwhile are left out."""
    found = []
    for each in pids(pid):
        try:
            title = Path(f"/proc/{each}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
            memory = Path(f"/proc/{each}/smaps_rollup").read_text()
        except OSError:
            continue
        kilobytes = next((int(line.split()[1]) for line in memory.splitlines() if line.startswith("Pss:")), 0)
        found.append(Member(each, title[:60], kilobytes / 1024))
    return found


def pids(pid: int) -> Iterator[int]:
    yield pid
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in _read(task).split():
            yield from pids(int(child))


def cpu_seconds(pid: int) -> float:
    """CPU seconds that a process and all its descendants have used, also those that have ended.

    The kernel's clock of a process is exact to a microsecond, and counts threads that have ended. /proc counts in hundredths of a
    second: it is asked only for children that have ended.
    """
    return sum(own_seconds(each) + _ended_children_seconds(each) for each in pids(pid))


def own_seconds(pid: int) -> float:
    """CPU seconds that a process has used itself; zero if it has ended."""
    try:
        # The number of a process's clock, as clock_getcpuclockid(3) makes it.
        return time.clock_gettime((~pid << 3) | 2)
    except OSError:
        return 0.0  # The process ended meanwhile.


def _ended_children_seconds(pid: int) -> float:
    fields = _read(Path(f"/proc/{pid}/stat")).rpartition(")")[2].split()
    return sum(map(int, fields[13:15])) / _TICK if fields else 0.0


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""
