"""What a web process keeps open: settings, database, bell, committer. Reached through `doors()` inside a request."""

from dataclasses import dataclass
from typing import cast

from flask import current_app

from service.config import Settings
from service.domain.identity import Identities
from service.jobs import Bell, bell
from service.store.engine import Database
from service.web.committer import Committer


@dataclass(frozen=True, slots=True)
class Doors:
    """The surroundings of a request."""

    settings: Settings
    database: Database
    bell: Bell
    identities: Identities
    committer: Committer

    @classmethod
    def open(cls, settings: Settings) -> "Doors":
        database = Database(settings.database, pool=settings.web_threads)
        identities = Identities.from_secret(settings.secret)
        return cls(settings, database, bell(settings), identities, Committer(database, identities))


def doors() -> Doors:
    return cast("Doors", current_app.extensions["greenroom"])
