"""Taught: the models that sites have made of their decisions, kept in a worker's memory and fetched again once they are newer."""

from base64 import b64decode
from collections import OrderedDict
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from service.store.learning.site_models import weights_of

#: Models that a process keeps; a site that was silent longest makes room.
MOST = 32


class SiteModelCache:
    """The believed models of the sites that this process has seen lately."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, tuple[datetime, bytes]] = OrderedDict()

    def models(self, session: Session, made: Mapping[str, datetime]) -> dict[str, bytes]:
        """The models of these sites as the checks read them. `made` says when each was made; it is asked for only when it is new."""
        if new := [site_id for site_id, at in made.items() if self._kept.get(site_id, (None,))[0] != at]:
            for site_id, weights in weights_of(session, new).items():
                self._kept[site_id] = (made[site_id], b64decode(weights))
        found = {site_id: self._kept[site_id][1] for site_id in made if site_id in self._kept}
        for site_id in found:
            self._kept.move_to_end(site_id)
        while len(self._kept) > MOST:
            self._kept.popitem(last=False)
        return found
