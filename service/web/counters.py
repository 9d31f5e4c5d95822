"""Counting calls in windows of a minute, in the memory of this process."""

import time
from math import ceil

from limits.storage import MemoryStorage

#: Seconds of a window.
WINDOW = 60


class Counters:
    """The windows of this process. Other processes count for themselves: a limit protects a process, it is no bill."""

    def __init__(self) -> None:
        self._storage = MemoryStorage()

    def hit(self, name: str) -> tuple[int, int]:
        """Count one more. Returns the count in the window and the whole seconds until it ends."""
        used = self._storage.incr(name, WINDOW)
        return used, max(0, ceil(self._storage.get_expiry(name) - time.time()))
