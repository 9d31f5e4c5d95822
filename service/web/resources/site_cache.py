"""Sites that this process has met lately: what public pages must know of them, a few seconds old at most."""

import re
import time
from dataclasses import dataclass

from service.domain.errors import NotFound
from service.store.db.engine import Database
from service.store.sites.sites import site
from service.store.tables.sites import HELD_IS_SPAM

#: Seconds that a process believes what it knows of a site.
TTL = 5.0
MAX_ENTRIES = 10_000
_SITE = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")


@dataclass(frozen=True, slots=True)
class CachedSite:
    """A site, as far as its public pages need it."""

    id: str
    name: str
    origins: tuple[str, ...]
    held_is_spam: bool = True

    def owns(self, origin: str) -> bool:
        """Whether this origin (scheme and host) is one of the site's own."""
        return origin.lower().rstrip("/") in self.origins


class SiteCache:
    """Looks sites up, seldom."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: dict[str, tuple[float, CachedSite | None]] = {}

    def get(self, site_id: str) -> CachedSite:
        """The site of this public id. Raises NotFound."""
        if not _SITE.fullmatch(site_id):
            raise NotFound("no such site")
        now = time.monotonic()
        known = self._known.get(site_id)
        if known is None or known[0] < now:
            if len(self._known) > MAX_ENTRIES:
                self._known.clear()
            known = self._known[site_id] = (now + TTL, self._asked(site_id))
        if known[1] is None:
            raise NotFound("no such site")
        return known[1]

    def _asked(self, site_id: str) -> CachedSite | None:
        with self._database.reading() as session:
            found = site(session, site_id)
        if found is None:
            return None
        origins = tuple(origin.lower().rstrip("/") for origin in found.origins)
        return CachedSite(found.id, found.name, origins, bool((found.policy or {}).get(HELD_IS_SPAM, True)))
