"""A cache of the sites' settings that public pages need, with a TTL of a few seconds."""

import re
import threading
from dataclasses import dataclass
from operator import attrgetter

from cachetools import TTLCache, cachedmethod

from service.domain.errors import NotFound
from service.domain.origins import origin_of
from service.domain.policy.site_policy import SitePolicy
from service.store.db.read_replica import ReadReplica
from service.store.sites.sites import site

#: Seconds that a cache entry lives.
TTL = 5.0
MAX_ENTRIES = 10_000
_SITE = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")


@dataclass(frozen=True, slots=True)
class CachedSite:
    """The fields of a site that its public pages need."""

    id: str
    name: str
    origins: tuple[str, ...]
    mails_authors: bool = False

    def owns(self, origin: str) -> bool:
        """Whether this origin (scheme, host and port) is one of the site's own."""
        return origin_of(origin) in self.origins


class SiteCache:
    """The sites that this process has looked up lately."""

    def __init__(self, replica: ReadReplica) -> None:
        self._replica = replica
        self._lock = threading.Lock()
        self._entries: TTLCache[str, CachedSite | None] = TTLCache(MAX_ENTRIES, TTL)

    def get(self, site_id: str) -> CachedSite:
        """The site with this public id. Raises NotFound."""
        if not _SITE.fullmatch(site_id):
            raise NotFound("no such site")
        site = self._load(site_id)
        if site is None:
            raise NotFound("no such site")
        return site

    @cachedmethod(attrgetter("_entries"), lock=attrgetter("_lock"))
    def _load(self, site_id: str) -> CachedSite | None:
        # From the replica, so that feeds can be read while the primary is away; but a new site is known at once.
        row = self._replica.read(
            lambda session: site(session, site_id), has_it=lambda session: site(session, site_id) is not None
        )
        if row is None:
            return None
        return CachedSite(row.id, row.name, tuple(row.origins), SitePolicy(row.policy).mails_authors)
