"""One Greenroom process or the receiver, with its log, and with another clock if asked."""

import subprocess
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import psutil

from tests.support.servers import Server

#: The faketime library (`apt install faketime`), which gives a process another time. Without it no clock is moved.
FAKETIME = next(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"), None)

#: Seconds after which a process is taken to have started.
STARTED = 10


class Process(Server):
    """One Greenroom process, or the receiver."""

    def __init__(
        self, folder: Path, name: str, words: list[str], environ: dict[str, str], log: Path, place: Path | None = None
    ) -> None:
        super().__init__(folder)
        self.name, self._words, self.environ, self._log, self._place = name, words, environ, log, place or Path.cwd()

    def start(self) -> None:
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(self._words, stdout=log, stderr=log, env=self.environ, cwd=self._place)

    def children(self) -> list[int]:
        """The child processes that it started."""
        assert self.process
        found = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(pid) for pid in found.read_text().split()] if found.exists() else []


def deceived_by(clock: Path) -> dict[str, str]:
    return {
        "LD_PRELOAD": str(FAKETIME),
        "FAKETIME_TIMESTAMP_FILE": str(clock),
        "FAKETIME_CACHE_DURATION": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "NO_FAKE_STAT": "1",
    }


def limit_files(pids: Iterable[int], most: str) -> None:
    """Limit the size of all files that these processes write, in bytes or "unlimited" (RLIMIT_FSIZE): the effect of a full disk."""
    for pid in pids:
        _limit(pid, "fsize", most)


def limit_memory(pids: Iterable[int], *, spare: int | None) -> None:
    """Limit the memory of these processes to what each has and this many bytes (RLIMIT_AS). None lifts the limit.

    A process that is still starting is not limited: its interpreter would write its errors to the log itself.
    """
    for pid in pids:
        with suppress(psutil.NoSuchProcess):
            process = psutil.Process(pid)
            if spare is None:
                _limit(pid, "as", "unlimited")
            elif time.time() - process.create_time() > STARTED:
                _limit(pid, "as", str(process.memory_info().vms + spare))


def _limit(pid: int, kind: str, soft: str) -> None:
    # By the process's own account, since root may not change the limits of others in a container.
    with suppress(FileNotFoundError):
        account = Path(f"/proc/{pid}").stat().st_uid
        subprocess.run(["prlimit", f"--pid={pid}", f"--{kind}={soft}:"], user=account, capture_output=True, check=False)
