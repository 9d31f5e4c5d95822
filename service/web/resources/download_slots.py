"""Downloads that are under way from this process, by person."""

import threading
from collections import Counter
from uuid import UUID

#: Downloads that one person may have under way in a process.
MAX_A_PERSON = 2


class DownloadSlots:
    """Counts the downloads of each person."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: Counter[UUID] = Counter()

    def take(self, person: UUID) -> bool:
        """Count one more download of this person; False where they have as many as one may."""
        with self._lock:
            if self._running[person] >= MAX_A_PERSON:
                return False
            self._running[person] += 1
            return True

    def give_back(self, person: UUID) -> None:
        """One download of this person has ended."""
        with self._lock:
            self._running[person] -= 1
            if not self._running[person]:
                del self._running[person]
