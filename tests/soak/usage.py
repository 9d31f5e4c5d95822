"""What an installation uses at one moment of a soak: the memory of each process and the size of its files."""

import re
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bench.process_tree import members

MB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Usage:
    """MB by name."""

    at: datetime
    memory: dict[str, float]
    files: dict[str, float]


def usage(at: datetime, pid: int, folders: dict[str, list[Path]]) -> Usage:
    """`folders`: which files and folders belong to each name."""
    memory: Counter[str] = Counter()
    for member in members(pid):
        memory[_role(member.title)] += member.pss_mb
    return Usage(at, dict(memory), {name: sum(map(_size, paths)) / MB for name, paths in folders.items()})


def _role(title: str) -> str:
    """A process's title without what changes from start to start."""
    if " -m service.cli up" in title:
        return "up"
    if "workers.periodic.train_si" in title:
        return "training"
    if "redis-server" in title:
        return "redis"
    celery = re.match(r"\[celeryd: (\w+)@[^:]*:(\w+)", title)
    return (
        f"{celery[1]} {celery[2].rstrip('-0123456789')}"
        if celery
        else title.split(" (")[0].removeprefix("greenroom ").removesuffix(" worker-1")
    )


def _size(path: Path) -> int:
    if path.is_dir():
        return sum(map(_size, path.iterdir()))
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0
