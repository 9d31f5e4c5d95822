"""The log file of `greenroom up`. All processes append to it. It is rotated, and its new lines are printed in readable form."""

import json
import os
import select
from collections.abc import Callable
from pathlib import Path

from service.logs import readable

#: Bytes per write. If select() says that the terminal is writable, a write of this size does not block.
_PIECE = 4096
#: Bytes that are read at a time. Python allocates them before it reads.
_READ = 4_000_000


class LogFile:
    """Reads the lines that other processes appended since the last call, and prints them."""

    def __init__(self, path: Path, *, terminal: int = 1, largest: int = 20_000_000, as_json: bool = False) -> None:
        """`largest`: size in bytes at which the file is rotated; one old file is kept. `as_json`: print lines as they are."""
        self._path, self._terminal, self._largest = path, terminal, largest
        self._shown: Callable[[str], str] = str if as_json else _printable
        self._file = path.open("a+b")
        path.chmod(0o600)
        self._read = self._file.seek(0, os.SEEK_END)
        self._rest = b""
        self._unprinted = b""

    def fileno(self) -> int:
        return self._file.fileno()

    def close(self) -> None:
        self._file.close()

    def show_new(self) -> None:
        """Print new lines. Never blocks if the terminal is stopped, because the process tree must still react to signals."""
        self._take()
        while self._unprinted and select.select([], [self._terminal], [], 0)[1]:
            written = os.write(self._terminal, self._unprinted[:_PIECE])
            self._unprinted = self._unprinted[written:]

    def pass_over(self) -> None:
        """Skip new lines, because another process uses the terminal."""
        self._take()
        self._unprinted = b""

    def last_lines(self, count: int) -> str:
        lines = self._path.read_text(encoding="utf-8", errors="replace").splitlines()[-count:]
        return "\n".join(_printable(line) for line in lines)

    def _take(self) -> None:
        if len(self._unprinted) > self._largest:
            return
        self._file.seek(self._read)
        new = self._file.read(_READ)
        self._read += len(new)
        *lines, self._rest = (self._rest + new).split(b"\n")
        for line in lines:
            self._unprinted += (self._shown(line.decode("utf-8", "replace")) + "\n").encode()
        if self._read > self._largest:
            self._put_aside()

    def _put_aside(self) -> None:
        """Rotate the file by copying and truncating it, because every process holds the file open. A line that is written between
        the two steps is lost."""
        aside = self._path.with_suffix(".log.1")
        try:
            aside.write_bytes(self._path.read_bytes())
            aside.chmod(0o600)
        except OSError:
            # The disk is full: the file stays as it is until there is room.
            aside.unlink(missing_ok=True)
            return
        self._file.truncate(0)
        self._read = 0


def _printable(line: str) -> str:
    try:
        facts = json.loads(line)
    except ValueError:
        return line
    return readable(facts) if isinstance(facts, dict) else line
