"""What a web process keeps open: settings, database, bell, committer. Reached through `doors()` inside a request."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from flask import current_app

from service.actions.comments.submit import Submission
from service.config import Settings
from service.domain.security.pseudonyms import Identities
from service.domain.security.request_hashes import RequestHashes
from service.domain.states import State
from service.jobs.notify import Bell, bell
from service.store.db.engine import ANSWER_PATIENCE, Database
from service.web.resources.api_key_cache import Callers
from service.web.resources.audit_actor import hand
from service.web.resources.download_slots import DownloadSlots
from service.web.resources.feed_cache import Feeds
from service.web.resources.group_commit import Committer
from service.web.resources.oidc_client import Issuer
from service.web.resources.rate_counter import Counters
from service.web.resources.site_cache import KnownSites
from service.web.resources.verdict_waiter import Watcher

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
    downloads: DownloadSlots
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
            downloads=DownloadSlots(),
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
