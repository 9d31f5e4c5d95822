"""The site models that a worker keeps in memory. A model is read again when the database has a newer one."""

from base64 import b64decode
from collections.abc import Mapping
from datetime import datetime

from cachetools import LRUCache
from sqlalchemy.orm import Session

from service.store.learning.site_models import weights_of

#: Maximum number of models in memory. The least recently used one is dropped (LRU).
MAX_ENTRIES = 32


class SiteModelCache:
    """The active models of the sites whose comments this process has checked recently."""

    def __init__(self) -> None:
        self._entries: LRUCache[str, tuple[datetime, bytes]] = LRUCache(MAX_ENTRIES)

    def models(self, session: Session, made: Mapping[str, datetime]) -> dict[str, bytes]:
        """The models of these sites, as bytes, by site id. `made`: when the current model of each site was made.

        A model is read from the database only if the cached model was made at another time.
        """
        models: dict[str, bytes] = {}
        for site_id, at in made.items():
            entry = self._entries.get(site_id)
            if entry is not None and entry[0] == at:
                models[site_id] = entry[1]
        if new := [site_id for site_id in made if site_id not in models]:
            for site_id, weights in weights_of(session, new).items():
                models[site_id] = b64decode(weights)
                self._entries[site_id] = (made[site_id], models[site_id])
        return models
