"""The courier of one process: it creates deliveries from due events, claims them, has them sent, and records the attempts.

The deliveries of one comment are sent in order.
"""

import atexit
import logging
import threading
import time
from collections import Counter
from collections.abc import Sequence
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
from service.store.webhooks.chat_messages import chat_messages
from service.store.webhooks.deliveries import Outgoing, anything_due, claim, outgoing, release
from workers.resources.worker_resources import WorkerResources
from workers.webhooks.send_pool import SendPool
from workers.webhooks.sender import Sender

log = logging.getLogger("greenroom.deliver")

#: Seconds between two transactions: finished attempts and new events gather meanwhile and share one commit.
GATHER = 0.02
#: Seconds between two looks for new events while only slow endpoints are being sent to.
LOOK_EVERY = 0.1
#: Seconds that the end of the process waits for attempts under way, so that they are not sent again.
FAREWELL = 3.0


class Courier:
    """One round at a time uses the database, one write transaction per turn. The threads of the pool only send.

    A round may end while attempts are under way. The next one records them, or else the thread that sent.
    """

    def __init__(self, resources: WorkerResources) -> None:
        settings = resources.settings
        self._resources = resources
        self._probe_every = timedelta(seconds=settings.webhook_probe_every)
        self._lease = timedelta(seconds=max(settings.lease, 2 * settings.webhook_timeout))
        self._links = ReaderLinks.from_secret(settings.secret, settings.url)
        self._secret_box = SecretBox.from_secret(settings.secret)
        self._one_round = threading.Lock()
        self._pool = SendPool(
            Sender(settings).send,
            threads=settings.courier_threads,
            attempt=timedelta(seconds=settings.webhook_timeout),
            orphaned=self._collect,
        )
        atexit.register(self.close)

    def round(self, until: float) -> tuple[int, bool]:
        """Send until nothing is due or under way, or until `until` (`time.monotonic()`). Returns the number of recorded attempts,
        and whether the time ran out. If a round is on, it is told to look again, and this returns at once."""
        if not self._pool.listen():
            return 0, False
        try:
            with self._one_round:
                return self._turns(until)
        except BaseException:
            self._pool.abandon()
            raise

    def close(self) -> None:
        """Wait a moment for attempts under way and record them."""
        atexit.unregister(self.close)
        self._pool.close(FAREWELL)
        self._collect()

    def _turns(self, until: float) -> tuple[int, bool]:
        attempted, turned = 0, 0.0
        ended: list[AttemptResult] = []
        while True:
            ended += self._pool.ended(self._pause())
            now = time.monotonic()
            late = now >= until
            if not late and now - turned < GATHER and not self._pool.is_empty:
                continue
            turned = now
            self._pool.add(self._turn(ended, late=late))
            attempted, ended = attempted + len(ended), []
            if (late or self._pool.is_empty) and self._pool.stop_listening(late=late):
                return attempted, late

    def _pause(self) -> float:
        if self._pool.is_empty:
            return 0.0
        return GATHER if self._pool.is_quick else LOOK_EVERY

    def _collect(self) -> None:
        """Record attempts that ended after their round. One that cannot be recorded is sent again when its lease is over."""
        try:
            with self._one_round:
                if ended := self._pool.ended(0):
                    with self._resources.database.writing() as session:
                        self._record(session, ended, utcnow())
        except Exception:
            log.exception("attempts_not_recorded")

    def _turn(self, ended: Sequence[AttemptResult], *, late: bool) -> list[Outgoing]:
        """One write transaction: record attempts, release deliveries that must not be sent now, claim due ones."""
        database, now, token = self._resources.database, utcnow(), new_id()
        back = self._pool.handed_back(late=late)
        if not (ended or back) and (late or not self._anything_due(now)):
            return []
        with database.writing() as session:
            if ended:
                self._record(session, ended, now)
            release(session, [(delivery_id, item.token) for item in back for delivery_id in item.delivery_ids])
            ids = [] if late else self._claimed(session, ended, token, now)
        if not ids:
            return []
        crash_point(CrashPoint.LEASED)
        with database.reading() as session:
            webhooks = outgoing(session, ids, token=token, now=now, links=self._links, secret_box=self._secret_box)
            return webhooks + chat_messages(session, ids, token=token, now=now, links=self._links)

    def _anything_due(self, now: datetime) -> bool:
        with self._resources.database.reading() as session:
            return anything_due(session, now=now)

    def _record(self, session: Session, ended: Sequence[AttemptResult], now: datetime) -> None:
        record_attempts(session, ended, now=now, probe_every=self._probe_every)
        crash_point(CrashPoint.RECORDED)
        for attempt in ended:
            self._resources.counter.count("attempts:arrived" if attempt.answer.arrived else "attempts:failed")

    def _claimed(self, session: Session, ended: Sequence[AttemptResult], token: UUID, now: datetime) -> Sequence[UUID]:
        """Create deliveries for new events, then claim due ones."""
        if create_deliveries(session, now=now, mails=self._resources.settings.sends_mail):
            crash_point(CrashPoint.FANNED_OUT)
        arrived = Counter(attempt.outgoing.endpoint_id for attempt in ended if attempt.answer.arrived)
        limit, slow_limit = self._pool.limits()
        return claim(
            session,
            token=token,
            limit=limit,
            slow_limit=slow_limit,
            room=lambda one, *, is_slow: self._pool.room(one, is_slow=is_slow, arrived=arrived[one]),
            now=now,
            lease=self._lease,
            probe_every=self._probe_every,
        )
