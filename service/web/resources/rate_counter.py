"""Counting calls in windows of a minute or another time, in the memory of this process."""

import threading
import time
from math import ceil

#: Seconds of a window.
WINDOW = 60
#: Most windows that are kept: a flood of addresses pushes the oldest out and costs no more memory.
MAX_ENTRIES = 100_000


class RateCounter:
    """The windows of this process. Other processes count for themselves: a limit protects a process, it is no bill.

    Of our own, because what there is to install starts threads to tidy up.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._windows: dict[str, tuple[float, int]] = {}

    def hit(self, name: str, *, window: int | None = None) -> tuple[int, int]:
        """Count one more. Returns the count in the window and the whole seconds until it ends."""
        now, window = time.monotonic(), WINDOW if window is None else window
        with self._lock:
            end, used = self._windows.get(name, (0.0, 0))
            if end <= now:
                self._windows.pop(name, None)
                end, used = now + window, 0
            self._windows[name] = (end, used + 1)
            while len(self._windows) > MAX_ENTRIES:
                del self._windows[next(iter(self._windows))]
        return used + 1, ceil(end - now)
