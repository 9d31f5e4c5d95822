"""A cache of API key lookups with a TTL of a few seconds. It also records when a key was last used."""

import logging
import threading
from datetime import timedelta
from operator import attrgetter

from cachetools import TTLCache, cachedmethod
from sqlalchemy.exc import SQLAlchemyError

from service.actions.sites.sites_and_keys import record_use
from service.clock import utcnow
from service.store.db.engine import Database
from service.store.sites.sites import ApiKeyHolder, api_key_with, signing_keys
from service.store.tables.sites import ApiKeyKind

log = logging.getLogger("greenroom.web")

#: Seconds that a cache entry lives, from the end of its query; a revoked key works at most this long.
TTL = 5.0
#: Maximum cache entries, so that a flood of wrong keys does not fill the memory.
MAX_ENTRIES = 10_000
#: "Last used" is recorded at most this often.
LAST_USED_EVERY = timedelta(minutes=1)


def _by_digest(_cache: object, digest: str, _kind: ApiKeyKind) -> str:
    return digest


class ApiKeyCache:
    """The API keys that this process has looked up lately."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._entries: TTLCache[str, ApiKeyHolder | None] = TTLCache(MAX_ENTRIES, TTL)
        self._signing: TTLCache[str, list[tuple[ApiKeyHolder, str]]] = TTLCache(MAX_ENTRIES, TTL)

    def get(self, digest: str, kind: ApiKeyKind = ApiKeyKind.API) -> ApiKeyHolder | None:
        """The holder of the live key of this kind with this digest, or None."""
        return self._load(digest, kind)

    @cachedmethod(attrgetter("_signing"), key=lambda _cache, site_id: site_id, lock=attrgetter("_lock"))
    def signing(self, site_id: str) -> list[tuple[ApiKeyHolder, str]]:
        """The keys that sign requests to this site, each with its encrypted secret."""
        with self._database.reading_quickly() as session:
            keys = signing_keys(session, site_id)
        for holder, _ in keys:
            self._note(holder)
        return keys

    def cached(self, digest: str) -> ApiKeyHolder | None:
        """The holder of the key with this digest, if it is in the cache. Makes no query."""
        with self._lock:
            return self._entries.get(digest)

    @cachedmethod(attrgetter("_entries"), key=_by_digest, lock=attrgetter("_lock"))
    def _load(self, digest: str, kind: ApiKeyKind) -> ApiKeyHolder | None:
        with self._database.reading_quickly() as session:
            holder = api_key_with(session, digest, kind)
        if holder is not None:
            self._note(holder)
        return holder

    def _note(self, caller: ApiKeyHolder) -> None:
        now = utcnow()
        if caller.last_used_at is not None and caller.last_used_at > now - LAST_USED_EVERY:
            return
        try:
            # On SQLite, do not wait for another writer: a later request records the use instead.
            with self._database.writing(patience=0) as session:
                record_use(session, caller.key_id, now=now)
        except SQLAlchemyError as error:
            # A failure to record the last use must not fail the request.
            log.warning("last_used_not_stored", extra={"error": type(error).__name__})
