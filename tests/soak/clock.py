"""The clock of a soak: a file that all its processes map into memory. It jumps forward, and runs on at the usual speed."""

import mmap
import struct
from datetime import UTC, datetime
from pathlib import Path


class Clock:
    """Begins at `start`."""

    def __init__(self, path: Path, start: datetime) -> None:
        self.path = path
        path.write_bytes(struct.pack("d", 0.0))
        with path.open("r+b") as file:
            self._ahead = mmap.mmap(file.fileno(), 8)
        self._set(start)

    @property
    def now(self) -> datetime:
        return datetime.fromtimestamp(datetime.now(UTC).timestamp() + struct.unpack("d", self._ahead[:8])[0], UTC)

    def jump_to(self, moment: datetime) -> None:
        """Never backwards: a moment that has passed changes nothing."""
        if moment > self.now:
            self._set(moment)

    def _set(self, moment: datetime) -> None:
        self._ahead[:8] = struct.pack("d", moment.timestamp() - datetime.now(UTC).timestamp())
