"""What a web process keeps open: settings, database, bell, committer. Reached through `doors()` inside a request."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from flask import current_app

from service.actions.submit import Submission
from service.config import Settings
from service.domain.identity import Identities
from service.domain.request_hashes import RequestHashes
from service.domain.states import State
from service.jobs import Bell, bell
from service.store.engine import ANSWER_PATIENCE, Database
from service.web.callers import Callers
from service.web.committer import Committer
from service.web.counters import Counters
from service.web.downloads import Downloads
from service.web.feed_cache import Feeds
from service.web.hands import hand
from service.web.issuer import Issuer
from service.web.known_sites import KnownSites
from service.web.waiting import Watcher

#: Judges a comment without keeping it. The checks belong to the workers, so the code that starts the web process passes it in.
Trial = Callable[[Submission, Database, Settings], State]


@dataclass(frozen=True, slots=True)
class Doors:
    """The surroundings of a request."""

    settings: Settings
    database: Database
    bell: Bell
    identities: Identities
    request_hashes: RequestHashes
    committer: Committer
    watcher: Watcher
    callers: Callers
    counters: Counters
    #: Of their own: a flood of addresses must not push out how often an account was tried.
    tries: Counters
    downloads: Downloads
    issuer: Issuer
    sites: KnownSites
    feeds: Feeds
    trial: Trial | None = None

    @classmethod
    def open(cls, settings: Settings, trial: Trial | None = None) -> "Doors":
        database = Database(settings.database, pool=settings.web_threads, patience=ANSWER_PATIENCE, hand=hand)
        identities = Identities.from_secret(settings.secret)
        return cls(
            settings=settings,
            database=database,
            bell=bell(settings),
            identities=identities,
            request_hashes=RequestHashes.from_secret(settings.secret),
            committer=Committer(database, identities),
            # Half of the threads may wait for verdicts; the other half always answers.
            watcher=Watcher(database, places=settings.web_threads // 2),
            callers=Callers(database),
            counters=Counters(),
            tries=Counters(),
            downloads=Downloads(),
            issuer=Issuer(settings),
            sites=KnownSites(database),
            feeds=Feeds(database),
            trial=trial,
        )

    def close(self) -> None:
        """End the threads and let go of the database."""
        self.watcher.close()
        self.committer.close()
        self.database.close()


def doors() -> Doors:
    return cast("Doors", current_app.extensions["greenroom"])
