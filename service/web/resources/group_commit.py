"""Group commit: submissions that wait at the same moment share one transaction and one commit."""

import queue
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from dataclasses import replace

from sqlalchemy.exc import IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from service.actions.comments.submit import Outcome, Submission, submit
from service.clock import utcnow
from service.crash import CrashPoint, crash_point
from service.domain.errors import Refusal, Unavailable
from service.domain.security.pseudonyms import Pseudonymizer
from service.store.db.engine import Database
from service.store.db.write_connection import WriteConnection
from service.telemetry.spans import current_request

#: Maximum submissions that one transaction takes.
MAX_BATCH = 200
#: Writer threads on PostgreSQL: while one waits for the disk, another stores the next batch. SQLite allows one writer.
MAX_WRITERS = 2
#: While a batch of at least this size is stored, another writer may start the next batch. During a smaller batch new submissions
#: wait, because it is cheaper to store them together.
MANY = 3
#: After a batch of at least `MANY` submissions, the next batch starts after `PACE` seconds, or earlier once `ENOUGH` submissions
#: wait: fewer batches cost less. An idle server never waits.
PACE, ENOUGH = 0.004, 16
#: Seconds that a request waits for its commit. After that it fails, and the host should retry.
PATIENCE = 8.0
#: Errors that mean that the database is down, full or too slow. After them a batch is not retried row by row: this would only
#: make all requests wait longer.
AWAY = (OperationalError, InterfaceError, PoolTimeout)


OnOutcome = Callable[[Outcome | Exception], None]


class Item:
    """A submission, and the callback for its outcome."""

    __slots__ = ("_taken", "answer", "submission")

    def __init__(self, submission: Submission, told: OnOutcome) -> None:
        self.submission = submission
        self.answer = told
        self._taken = threading.Lock()

    def take(self) -> bool:
        """Both the writer thread (to store the submission) and the waiting request (to give it up) may call this. True only for
        the first call."""
        return self._taken.acquire(blocking=False)


class GroupCommit:
    """Takes submissions from many threads. All submissions that came in during one commit are stored together in the next.

    A batch that fails is retried row by row, so that one bad row does not fail the others. A caller gets its outcome only
    after the commit.
    """

    def __init__(self, database: Database, pseudonyms: Pseudonymizer, *, lanes: int | None = None) -> None:
        self._lanes = [WriteConnection(database) for _ in range(lanes or (1 if database.on_sqlite else MAX_WRITERS))]
        self._pseudonyms = pseudonyms
        self._waiting: queue.SimpleQueue[Item | None] = queue.SimpleQueue()
        self._start, self._turn = threading.Lock(), threading.Lock()
        self._threads: list[threading.Thread] = []
        self._next = 0.0

    def offer(self, submission: Submission, told: OnOutcome) -> Item:
        """Queue one submission. A writer thread stores it and calls `told` with the outcome, unless the caller takes the item
        before."""
        self._ensure_running()
        if (request := current_request.get()).traceparent:
            submission = replace(submission, request=request)
        item = Item(submission, told)
        self._waiting.put(item)
        return item

    def submit(self, submission: Submission) -> Outcome:
        """Store one submission and wait for its commit. Raises the database's error, or Unavailable if the database hangs."""
        future: Future[Outcome | Exception] = Future()
        item = self.offer(submission, future.set_result)
        try:
            outcome = future.result(PATIENCE)
        except FutureTimeout:
            # Take the item, so that it is not stored later. But its commit may already be under way.
            item.take()
            raise too_late() from None
        if isinstance(outcome, Exception) and not isinstance(outcome, Refusal):
            raise outcome
        return outcome

    def close(self) -> None:
        """Store the submissions that still wait, then end the threads."""
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
        """Wait for more submissions, if the last batch was large."""
        while (left := self._next - time.monotonic()) > 0 and self._waiting.qsize() < ENOUGH:
            time.sleep(min(left, 0.001))

    def _gathered(self, item: Item | None) -> tuple[list[Item], bool]:
        """Returns the waiting items, beginning with `item`, and whether the end marker (None) came. `close` queues one end marker
        for each writer."""
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
                # Race: another writer may have just stored the same idempotency key or host id. The retry then finds the stored
                # comment (a replay).
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
            outcomes = submit(connection, submissions, pseudonyms=self._pseudonyms, now=utcnow())
            crash_point(CrashPoint.INSERTED)
            return outcomes


def too_late() -> Unavailable:
    return Unavailable("the database did not answer in time; please send this again with the same Idempotency-Key")
