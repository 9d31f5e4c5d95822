"""The committer: requests that wait at the same moment share one transaction and one commit."""

import queue
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from datetime import UTC, datetime

from sqlalchemy.exc import IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from service.actions.comments.submit import Outcome, Submission, submit
from service.crash import CrashPoint, crash_point
from service.domain.errors import Refusal, Unavailable
from service.domain.security.pseudonyms import Pseudonymizer
from service.store.db.engine import Database
from service.store.db.write_connection import WriteConnection

#: Most submissions that one transaction takes.
MAX_BATCH = 200
#: Connections that store at once on PostgreSQL: while one waits for the disk, what came meanwhile is on its way. On SQLite one writes.
MAX_WRITERS = 2
#: From so many in one batch on, the other lane sets out too. Fewer are cheaper together, in the next batch.
MANY = 3
#: Seconds from the start of a batch of so many to that of the next, unless `ENOUGH` wait before: fewer batches cost less, and where
#: nothing else is going on nobody waits.
PACE, ENOUGH = 0.004, 16
#: Seconds that a request waits for its commit before it tells its host to come again.
PATIENCE = 8.0
#: The database itself is away, full or too slow: trying the same rows one by one would only make everybody wait longer.
AWAY = (OperationalError, InterfaceError, PoolTimeout)


OnOutcome = Callable[[Outcome | Exception], None]


class Item:
    """A submission, and who is told what became of it."""

    __slots__ = ("_taken", "answer", "submission")

    def __init__(self, submission: Submission, told: OnOutcome) -> None:
        self.submission = submission
        self.answer = told
        self._taken = threading.Lock()

    def take(self) -> bool:
        """Whoever is first has it: the committer, which stores it, or the waiting one, who gives it up."""
        return self._taken.acquire(blocking=False)


class GroupCommit:
    """Takes submissions from many threads and stores what has gathered while the last commit ran.

    A batch that fails is tried again one by one, so that one bad row harms nobody else. A caller has its answer only
    after the commit.
    """

    def __init__(self, database: Database, identities: Pseudonymizer, *, lanes: int | None = None) -> None:
        self._lanes = [WriteConnection(database) for _ in range(lanes or (1 if database.on_sqlite else MAX_WRITERS))]
        self._identities = identities
        self._waiting: queue.SimpleQueue[Item | None] = queue.SimpleQueue()
        self._start, self._turn = threading.Lock(), threading.Lock()
        self._threads: list[threading.Thread] = []
        self._next = 0.0

    def offer(self, submission: Submission, told: OnOutcome) -> Item:
        """Have one submission stored. A thread of the committer tells what became of it, unless it is taken back before."""
        self._ensure_running()
        item = Item(submission, told)
        self._waiting.put(item)
        return item

    def submit(self, submission: Submission) -> Outcome:
        """Store one submission and wait for its commit. Raises what the database raised, or Unavailable where it hangs."""
        told: Future[Outcome | Exception] = Future()
        item = self.offer(submission, told.set_result)
        try:
            outcome = told.result(PATIENCE)
        except FutureTimeout:
            # Whoever gave up is not stored later, unless its commit is under way at this very moment.
            item.take()
            raise too_late() from None
        if isinstance(outcome, Exception) and not isinstance(outcome, Refusal):
            raise outcome
        return outcome

    def close(self) -> None:
        """Store what still waits, then end the threads."""
        for _ in self._threads:
            self._waiting.put(None)
        for thread in self._threads:
            thread.join(5)
        for lane in self._lanes:
            lane.close()

    def _ensure_running(self) -> None:
        if not self._threads:
            with self._start:
                if not self._threads:
                    threads = [
                        threading.Thread(target=self._run, args=(lane,), name="committer", daemon=True) for lane in self._lanes
                    ]
                    for thread in threads:
                        thread.start()
                    self._threads = threads

    def _run(self, lane: WriteConnection) -> None:
        ended = False
        while not ended:
            with self._turn:
                first = self._waiting.get()
                self._gather()
                batch, ended = self._gathered(first)
                if len(batch) >= MANY:
                    self._next = time.monotonic() + PACE
                else:
                    self._commit(batch, lane)
            if len(batch) >= MANY:
                self._commit(batch, lane)

    def _gather(self) -> None:
        """Wait for company, where there was some a moment ago."""
        while (left := self._next - time.monotonic()) > 0 and self._waiting.qsize() < ENOUGH:
            time.sleep(min(left, 0.001))

    def _gathered(self, item: Item | None) -> tuple[list[Item], bool]:
        """What waits at this moment, from `item` on, and whether the end came with it: one end for each lane."""
        batch: list[Item] = []
        while item is not None:
            if item.take():
                batch.append(item)
            if len(batch) == MAX_BATCH:
                return batch, False
            try:
                item = self._waiting.get_nowait()
            except queue.Empty:
                return batch, False
        return batch, True

    def _commit(self, batch: Sequence[Item], lane: WriteConnection, *, again: bool = True) -> None:
        if not batch:
            return
        try:
            outcomes = self._stored([item.submission for item in batch], lane)
        except Exception as error:
            if not isinstance(error, AWAY) and (len(batch) > 1 or (again and isinstance(error, IntegrityError))):
                # Another lane may have stored the same key or host id a moment before: seen anew, it is a replay.
                for item in batch:
                    self._commit([item], lane, again=False)
                return
            for item in batch:
                item.answer(error)
            return
        for item, outcome in zip(batch, outcomes, strict=True):
            item.answer(outcome)

    def _stored(self, submissions: Sequence[Submission], lane: WriteConnection) -> list[Outcome]:
        with lane.begin() as connection:
            outcomes = submit(connection, submissions, identities=self._identities, now=datetime.now(UTC))
            crash_point(CrashPoint.INSERTED)
            return outcomes


def too_late() -> Unavailable:
    return Unavailable("the database did not answer in time; please send this again with the same Idempotency-Key")
