"""One Greenroom process or the receiver, with its log, and with another clock if asked."""

import subprocess
from pathlib import Path

from tests.support.servers import Server

#: The faketime library (`apt install faketime`), which gives a process another time. Without it no clock is moved.
FAKETIME = next(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"), None)


class Process(Server):
    """One Greenroom process, or the receiver."""

    def __init__(self, folder: Path, name: str, words: list[str], environ: dict[str, str], log: Path) -> None:
        super().__init__(folder)
        self.name, self._words, self.environ, self._log = name, words, environ, log

    def start(self) -> None:
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(self._words, stdout=log, stderr=log, env=self.environ, cwd=Path.cwd())

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
