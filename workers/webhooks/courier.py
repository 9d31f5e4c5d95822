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
from functools import partial
from uuid import UUID

from sqlalchemy.orm import Session

from service.actions.webhooks.create_deliveries import Created, FirstLease, create_deliveries
from service.actions.webhooks.record_attempts import AttemptResult, record_attempts
from service.clock import utcnow
from service.config import Settings
from service.crash import CrashPoint, crash_point
from service.domain.ids import new_id
from service.domain.reported.reader_links import ReaderLinks
from service.domain.security.encryption import SecretBox
from service.store.webhooks.chat_messages import chat_messages
from service.store.webhooks.deliveries import DueWork, can_claim, claim, due_work, release
from service.store.webhooks.outgoing import Outgoing, outgoing
from workers.resources.worker_resources import WorkerResources
from workers.webhooks.send_pool import SendPool
from workers.webhooks.sender import Sender

log = logging.getLogger("greenroom.deliver")

#: Seconds between two transactions: finished attempts and new events gather meanwhile and share one commit. The shorter one is for
#: a turn that found at least `MANY`.
GATHER, GATHER_BUSY, MANY = 0.2, 0.02, 8
#: Seconds that the end of the process waits for attempts under way, so that they are not sent again.
FAREWELL = 3.0


def delivery_lease(settings: Settings) -> timedelta:
    """How long a delivery is claimed: time enough to wait for a thread, and for the attempt."""
    return timedelta(seconds=max(settings.lease, 2 * settings.webhook_timeout))


class Courier:
    """One round at a time uses the database, one write transaction per turn. The threads of the pool only send.

    A round may end while attempts are under way. The next one records them, or else the thread that sent.
    """

    def __init__(self, resources: WorkerResources) -> None:
        settings = resources.settings
        self._resources = resources
        self._probe_every = timedelta(seconds=settings.webhook_probe_every)
        self._lease = delivery_lease(settings)
        self._links = ReaderLinks.from_secret(settings.secret, settings.url)
        self._secret_box = SecretBox.from_secret(settings.secret)
        self._one_round = threading.Lock()
        self._sender = Sender(settings)
        self._pool = SendPool(
            self._sender.send,
            threads=settings.courier_threads,
            attempt=timedelta(seconds=settings.webhook_timeout),
            orphaned=self._collect,
        )
        atexit.register(self.close)

    def round(self, until: float, *, gather: float = GATHER) -> tuple[int, bool]:
        """Send until nothing is due or under way, or until `until` (`time.monotonic()`). Returns the number of recorded attempts,
        and whether the time ran out. If a round is on, it is told to look again, and this returns at once."""
        if not self._pool.listen():
            return 0, False
        try:
            with self._one_round:
                return self._turns(until, gather)
        except BaseException:
            self._pool.abandon()
            raise

    @property
    def under_way(self) -> list[UUID]:
        """The deliveries that this courier is sending at this moment."""
        return self._pool.under_way

    def close(self) -> None:
        """Wait a moment for attempts under way and record them."""
        atexit.unregister(self.close)
        self._pool.close(FAREWELL)
        self._collect()
        self._sender.close()

    def _turns(self, until: float, gather: float) -> tuple[int, bool]:
        attempted, next_turn = 0, 0.0
        ended: list[AttemptResult] = []
        while True:
            ended += self._pool.ended(max(0.0, next_turn - time.monotonic()))
            now = time.monotonic()
            late = now >= until
            if not late and now < next_turn and (ended or not self._pool.is_empty):
                continue
            claimed = self._turn(ended, late=late)
            self._pool.add(claimed)
            next_turn = now + (GATHER_BUSY if max(len(claimed), len(ended)) >= MANY else gather)
            attempted, ended = attempted + len(ended), []
            if (late or self._pool.is_empty) and self._pool.stop_listening(late=late):
                return attempted, late

    def _collect(self) -> None:
        """Record attempts that ended after their round. One that cannot be recorded is sent again when its lease is over."""
        while not self._one_round.acquire(timeout=0.05):
            if self._pool.is_listening:
                return  # A new round has begun: it records them.
        try:
            if ended := self._pool.ended(0):
                with self._resources.database.writing() as session:
                    self._record(session, ended, utcnow())
        except Exception:
            log.exception("attempts_not_recorded")
        finally:
            self._one_round.release()

    def _turn(self, ended: Sequence[AttemptResult], *, late: bool) -> list[Outgoing]:
        """One write transaction: record attempts, release deliveries that must not be sent now, claim due ones."""
        database, now, token = self._resources.database, utcnow(), new_id()
        back = self._pool.handed_back(late=late)
        work = DueWork(events=False, deliveries=False) if late else self._due_work(now)
        if not (ended or back or work.events or (work.deliveries and self._can_claim(now))):
            return []
        with database.writing() as session:
            if ended:
                self._record(session, ended, now)
            release(session, [(delivery_id, item.token) for item in back for delivery_id in item.delivery_ids])
            leased, claimed = self._claimed(session, work, ended, token, now)
        if not (leased or claimed):
            return []
        crash_point(CrashPoint.LEASED)
        with database.reading() as session:
            ids = [*leased, *claimed]
            webhooks = outgoing(session, ids, token=token, now=now, links=self._links, secret_box=self._secret_box)
            return webhooks + chat_messages(session, claimed, token=token, now=now, links=self._links)

    def _due_work(self, now: datetime) -> DueWork:
        with self._resources.database.reading() as session:
            return due_work(session, now=now)

    def _can_claim(self, now: datetime) -> bool:
        """Whether what is due may be sent now. A read, since every write transaction takes SQLite's write lock."""
        limit, slow_limit = self._pool.limits()
        room = partial(self._pool.room, arrived=0)
        with self._resources.database.reading() as session:
            return can_claim(session, limit=limit, slow_limit=slow_limit, room=room, now=now)

    def _record(self, session: Session, ended: Sequence[AttemptResult], now: datetime) -> None:
        record_attempts(session, ended, now=now, probe_every=self._probe_every)
        crash_point(CrashPoint.RECORDED)
        for attempt in ended:
            self._resources.counter.count("attempts:arrived" if attempt.answer.arrived else "attempts:failed")

    def _claimed(
        self, session: Session, work: DueWork, ended: Sequence[AttemptResult], token: UUID, now: datetime
    ) -> tuple[Sequence[UUID], Sequence[UUID]]:
        """Create deliveries for new events, then claim due ones. Returns the new ones that were leased at once, and the claimed."""
        arrivals = Counter(attempt.outgoing.endpoint_id for attempt in ended if attempt.answer.arrived)
        leases: Counter[UUID] = Counter()
        limit, slow_limit = self._pool.limits()

        def room(endpoint_id: UUID, *, is_slow: bool = False) -> int:
            return self._pool.room(endpoint_id, is_slow=is_slow, arrived=arrivals[endpoint_id]) - leases[endpoint_id]

        def takes(endpoint_id: UUID) -> bool:
            free = leases.total() < limit and room(endpoint_id) > 0
            leases[endpoint_id] += free
            return free

        created = Created()
        if work.events:
            lease = None if work.deliveries else FirstLease(token, now + self._lease, takes)
            created = create_deliveries(session, now=now, mails=self._resources.settings.sends_mail, lease=lease)
            crash_point(CrashPoint.FANNED_OUT)
        if not (work.deliveries or created.others):
            return created.leased, ()
        return created.leased, claim(
            session, token=token, limit=limit - leases.total(), slow_limit=slow_limit, room=room, now=now, lease=self._lease,
            probe_every=self._probe_every,
        )  # fmt: skip
