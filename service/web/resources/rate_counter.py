"""Counts calls in fixed windows, by default of a minute, in the memory of this process."""

import threading
import time
from math import ceil

#: Seconds of a window, by default.
WINDOW = 60
#: Maximum windows in memory: a flood of addresses evicts the oldest ones.
MAX_ENTRIES = 100_000


class RateCounter:
    """The windows of this process. Each process counts for itself: the limit protects the process and is not for billing.

    We wrote our own, because the libraries for this start clean-up threads.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._windows: dict[str, tuple[float, int]] = {}

    def hit(self, name: str, *, window: int | None = None, calls: int = 1) -> tuple[int, int]:
        """Count one more call, or as many as it is worth. Returns the count in the current window, and the whole seconds until
        the window ends."""
        now, window = time.monotonic(), WINDOW if window is None else window
        with self._lock:
            end, used = self._windows.get(name, (0.0, 0))
            if end <= now:
                self._windows.pop(name, None)
                end, used = now + window, 0
            self._windows[name] = (end, used + calls)
            while len(self._windows) > MAX_ENTRIES:
                del self._windows[next(iter(self._windows))]
        return used + calls, ceil(end - now)
