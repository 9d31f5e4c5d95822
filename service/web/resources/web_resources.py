"""The resources of a web process: settings, database, notifier, group commit, caches. A request gets them by `resources()`."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from flask import current_app

from service.actions.comments.submit import Submission
from service.config import Settings
from service.domain.policy.verdict import TrialResult
from service.domain.reported.reader_links import ReaderLinks
from service.domain.security.encryption import SecretBox
from service.domain.security.known_devices import KnownDevices
from service.domain.security.pseudonyms import Pseudonymizer
from service.domain.security.request_hashes import RequestHashes
from service.jobs.notify import Notifier, notifier
from service.store.db.engine import ANSWER_PATIENCE, Database
from service.store.db.read_replica import ReadReplica
from service.web.resources.api_key_cache import ApiKeyCache
from service.web.resources.audit_actor import audit_actor
from service.web.resources.download_slots import DownloadSlots
from service.web.resources.feed_cache import FeedCache
from service.web.resources.feed_cursors import FeedCursors
from service.web.resources.group_commit import GroupCommit
from service.web.resources.oidc_client import OidcClient
from service.web.resources.rate_counter import RateCounter
from service.web.resources.site_cache import SiteCache
from service.web.resources.text_judge import TextJudge
from service.web.resources.verdict_waiter import VerdictWaiter

#: A function that judges a comment without storing it. It uses the checks of the workers, so the code that starts the web process
#: passes it in.
Trial = Callable[[Submission, Database, Settings], TrialResult]
#: Texts for clients of other protocols that a process judges at the same time.
TEXTS_AT_ONCE = 4


@dataclass(frozen=True, slots=True)
class WebResources:
    """The resources that all requests of a process share."""

    settings: Settings
    database: Database
    replica: ReadReplica
    notifier: Notifier
    pseudonyms: Pseudonymizer
    request_hashes: RequestHashes
    reader_links: ReaderLinks
    feed_cursors: FeedCursors
    secret_box: SecretBox
    known_devices: KnownDevices
    group_commit: GroupCommit
    verdict_waiter: VerdictWaiter
    api_keys: ApiKeyCache
    counters: RateCounter
    downloads: DownloadSlots
    issuer: OidcClient
    sites: SiteCache
    feeds: FeedCache
    judge: TextJudge
    trial: Trial | None = None

    @classmethod
    def open(cls, settings: Settings, trial: Trial | None = None) -> "WebResources":
        database = Database.of(settings, patience=ANSWER_PATIENCE, audit_actor=audit_actor)
        replica = ReadReplica.of(settings, database)
        pseudonyms = Pseudonymizer.from_secret(settings.secret)
        return cls(
            settings=settings,
            database=database,
            replica=replica,
            notifier=notifier(settings),
            pseudonyms=pseudonyms,
            request_hashes=RequestHashes.from_secret(settings.secret),
            reader_links=ReaderLinks.from_secret(settings.secret, settings.url),
            feed_cursors=FeedCursors.from_secret(settings.secret),
            secret_box=SecretBox.from_secret(settings.secret),
            known_devices=KnownDevices.from_secret(settings.secret),
            group_commit=GroupCommit(database, pseudonyms),
            # Half of the threads may wait for verdicts; the other half stays free for other requests.
            verdict_waiter=VerdictWaiter(database, places=settings.web_threads // 2),
            api_keys=ApiKeyCache(database),
            counters=RateCounter(),
            downloads=DownloadSlots(),
            issuer=OidcClient(settings),
            sites=SiteCache(replica),
            # Half of the threads may render feeds; the other half stays free for other requests.
            feeds=FeedCache(replica, places=max(1, settings.web_threads // 2)),
            # The checks mostly need the GIL, so more threads would only make each other slow.
            judge=TextJudge(trial and (lambda submission: trial(submission, database, settings)), places=TEXTS_AT_ONCE),
            trial=trial,
        )

    def close(self) -> None:
        """End the threads and close the database."""
        self.verdict_waiter.close()
        self.group_commit.close()
        self.replica.close()
        self.database.close()


def resources() -> WebResources:
    return cast("WebResources", current_app.extensions["greenroom"])
