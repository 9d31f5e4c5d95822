"""Callers by their keys: looked up once, believed for a few seconds, and their last use noted now and then."""

import logging
import time
from datetime import UTC, datetime, timedelta

from sqlalchemy.exc import SQLAlchemyError

from service.actions.sites.sites_and_keys import record_use
from service.store.db.engine import Database
from service.store.sites.sites import ApiKeyHolder, api_key_with
from service.store.tables.sites import ApiKeyKind

log = logging.getLogger("greenroom.web")

#: Seconds that a process believes what it knows of a key; a revoked key lives at most this long.
TTL = 5.0
#: Most digests that are remembered, so that a flood of wrong keys costs no memory.
MAX_ENTRIES = 10_000
#: How exact "last used" is.
LAST_USED_EVERY = timedelta(minutes=1)


class ApiKeyCache:
    """The keys that this process has met lately."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: dict[str, tuple[float, ApiKeyHolder | None]] = {}

    def get(self, digest: str, kind: ApiKeyKind = ApiKeyKind.API) -> ApiKeyHolder | None:
        """The caller whose live key of this kind has this digest, or none."""
        now = time.monotonic()
        known = self._known.get(digest)
        if known and known[0] > now:
            return known[1]
        with self._database.reading_quickly() as session:
            found = api_key_with(session, digest, kind)
        if len(self._known) > MAX_ENTRIES:
            self._known.clear()
        self._known[digest] = (now + TTL, found)
        if found is not None:
            self._note(found)
        return found

    def cached(self, digest: str) -> ApiKeyHolder | None:
        """The caller with this digest, where this process still believes what it looked up; it asks nobody."""
        until, caller = self._known.get(digest, (0.0, None))
        return caller if until > time.monotonic() else None

    def _note(self, caller: ApiKeyHolder) -> None:
        now = datetime.now(UTC)
        if caller.last_used_at is not None and caller.last_used_at > now - LAST_USED_EVERY:
            return
        try:
            # Nor is it worth waiting for: while somebody else writes, the next request notes it.
            with self._database.writing(patience=0) as session:
                record_use(session, caller.key_id, now=now)
        except SQLAlchemyError as error:
            # Knowing when a key was last used is never worth refusing its caller.
            log.warning("use_not_noted", extra={"error": type(error).__name__})
