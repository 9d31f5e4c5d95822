"""The delivery worker: creates deliveries from due events and sends them until they arrive or are dead.

The deliveries of one comment are sent in order.
"""

import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from service.actions.webhooks.create_deliveries import create_deliveries
from service.actions.webhooks.record_attempts import AttemptResult, record_attempts
from service.clock import utcnow
from service.crash import CrashPoint, crash_point
from service.domain.ids import new_id
from service.domain.reported.reader_links import ReaderLinks
from service.domain.security.encryption import SecretBox
from service.jobs.names import Job
from service.store.webhooks.chat_messages import chat_messages
from service.store.webhooks.deliveries import Outgoing, anything_due, claim, outgoing, release
from workers.resources.worker_resources import WorkerResources
from workers.webhooks.send_pool import SendPool
from workers.webhooks.sender import Sender

#: Seconds between two transactions: finished attempts and new events gather meanwhile and share one commit.
GATHER = 0.02
#: Maximum number of claimed deliveries per thread, waiting or being sent. It is high, so that many attempts share a commit.
AHEAD = 16


def deliver(resources: WorkerResources, *, seconds: float = 4.0) -> int:
    """Send due deliveries until none is left or the time is used up. Returns the number of recorded attempts.

    One thread uses the database, one write transaction per turn. The other threads only send and hold no connection.
    """
    with resources.database.reading() as session:
        if not anything_due(session, now=utcnow()):
            return 0
    with ThreadPoolExecutor(resources.settings.courier_threads, thread_name_prefix="courier") as pool:
        attempted, unfinished = _Round(resources, pool, until=time.monotonic() + seconds).run()
    if unfinished:
        resources.notifier.notify(Job.DELIVER)
    return attempted


class _Round:
    """One call of `deliver`. Each turn records attempts, creates deliveries and claims more, while the pool sends.

    For a fast endpoint more deliveries are claimed in advance, so that many attempts share a commit. If an attempt fails, the
    waiting deliveries of its endpoint are released.
    """

    def __init__(self, resources: WorkerResources, pool: ThreadPoolExecutor, *, until: float) -> None:
        settings = resources.settings
        self._workshop, self._until = resources, until
        self._probe_every = timedelta(seconds=settings.webhook_probe_every)
        self._threads = settings.courier_threads
        self._links = ReaderLinks.from_secret(settings.secret, settings.url)
        self._secret_box = SecretBox.from_secret(settings.secret)
        self._in_hand = SendPool(
            pool,
            Sender(settings).send,
            threads=self._threads,
            attempt=timedelta(seconds=settings.webhook_timeout),
            until=until,
        )

    def run(self) -> tuple[int, bool]:
        """The number of recorded attempts, and whether the time ran out before the work was done."""
        attempted, turned = 0, 0.0
        landed: list[AttemptResult] = []
        while True:
            held = self._in_hand.counts().total()
            landed += self._in_hand.landed(GATHER if held else 0)
            now = time.monotonic()
            if held and now - turned < GATHER and now < self._until:
                continue
            turned = now
            self._in_hand.add(self._turn(landed, late=now >= self._until))
            attempted, landed = attempted + len(landed), []
            if not self._in_hand.counts():
                landed = self._in_hand.landed(0)
                if not landed:
                    return attempted, now >= self._until

    def _turn(self, landed: Sequence[AttemptResult], *, late: bool) -> list[Outgoing]:
        """One write transaction: record attempts, release deliveries that must not be sent now, claim due ones."""
        database, now, token = self._workshop.database, utcnow(), new_id()
        back = self._in_hand.handed_back()
        if not (landed or back) and (late or not self._anything_due(now)):
            return []
        with database.writing() as session:
            if landed:
                record_attempts(session, landed, now=now, probe_every=self._probe_every)
                crash_point(CrashPoint.RECORDED)
                for attempt in landed:
                    self._workshop.counter.count("attempts:arrived" if attempt.answer.arrived else "attempts:failed")
            release(session, [(delivery_id, item.token) for item in back for delivery_id in item.delivery_ids])
            ids = [] if late else self._taken(session, landed, token, now)
        if ids:
            crash_point(CrashPoint.LEASED)
        with database.reading() as session:
            webhooks = outgoing(session, ids, token=token, now=now, links=self._links, secret_box=self._secret_box)
            return webhooks + chat_messages(session, ids, token=token, now=now, links=self._links)

    def _anything_due(self, now: datetime) -> bool:
        with self._workshop.database.reading() as session:
            return anything_due(session, now=now)

    def _taken(self, session: Session, landed: Sequence[AttemptResult], token: UUID, now: datetime) -> Sequence[UUID]:
        """Create deliveries for new events, then claim due ones.

        The limit of claimed deliveries for one endpoint: twice the number that it has just received, but at least `share` (as
        many as may be sent to it at once) and at most `AHEAD` times `share`.
        """
        if create_deliveries(session, now=now, mails=self._workshop.settings.sends_mail):
            crash_point(CrashPoint.FANNED_OUT)
        settings = self._workshop.settings
        held, share = self._in_hand.counts(), self._in_hand.share
        quick = Counter(tried.outgoing.endpoint_id for tried in landed if tried.answer.arrived)

        def room(endpoint_id: UUID) -> int:
            return min(AHEAD * share, max(share, 2 * quick[endpoint_id])) - held[endpoint_id]

        return claim(
            session,
            token=token,
            limit=max(0, AHEAD * self._threads - held.total()),
            room=room,
            now=now,
            lease=timedelta(seconds=max(settings.lease, 2 * settings.webhook_timeout)),
            probe_every=self._probe_every,
        )
