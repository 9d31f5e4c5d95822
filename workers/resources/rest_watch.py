"""Knows whether the installation rests after a restore, without a query for every batch."""

import time

from service.store.db.engine import Database
from service.store.lifecycle.installation import is_resting

#: Seconds between two queries.
_LOOK_EVERY = 2.0


class RestWatch:
    """Remembers the answer of the database for a second. Several threads may ask."""

    def __init__(self) -> None:
        self._resting, self._until = True, 0.0

    def is_resting(self, database: Database) -> bool:
        if time.monotonic() > self._until:
            with database.reading_quickly() as session:
                self._resting = is_resting(session)
            self._until = time.monotonic() + _LOOK_EVERY
        return self._resting
