"""Limits the downloads that one person may run at the same time, in this process."""

import threading
from collections import Counter
from uuid import UUID

#: Maximum downloads of one person at a time.
MAX_A_PERSON = 2


class DownloadSlots:
    """Counts the running downloads of each person."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: Counter[UUID] = Counter()

    def take(self, person: UUID) -> bool:
        """Count one more download of this person. False if they already have `MAX_A_PERSON`."""
        with self._lock:
            if self._running[person] >= MAX_A_PERSON:
                return False
            self._running[person] += 1
            return True

    def give_back(self, person: UUID) -> None:
        """A download of this person has ended: count one less."""
        with self._lock:
            self._running[person] -= 1
            if not self._running[person]:
                del self._running[person]
