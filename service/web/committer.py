"""The committer: requests that wait at the same moment share one transaction and one commit."""

import queue
import threading
from collections.abc import Sequence
from concurrent.futures import Future
from datetime import UTC, datetime

from sqlalchemy.exc import DBAPIError, IntegrityError

from service.actions.submit import Outcome, Submission, submit
from service.domain.identity import Identities
from service.store.engine import Database

#: Most submissions that one transaction takes.
MOST = 200
_Item = tuple[Submission, "Future[Outcome]"]


class Committer:
    """Takes submissions from many threads and stores what has gathered while the last commit ran.

    A batch that fails is tried again one by one, so that one bad row harms nobody else. A caller has its answer only
    after the commit.
    """

    def __init__(self, database: Database, identities: Identities) -> None:
        self._database = database
        self._identities = identities
        self._waiting: queue.SimpleQueue[_Item] = queue.SimpleQueue()
        self._start = threading.Lock()
        self._thread: threading.Thread | None = None

    def submit(self, submission: Submission) -> Outcome:
        """Store one submission and wait for its commit. Raises what the database raised."""
        self._ensure_running()
        future: Future[Outcome] = Future()
        self._waiting.put((submission, future))
        return future.result()

    def _ensure_running(self) -> None:
        if self._thread is None:
            with self._start:
                if self._thread is None:
                    self._thread = threading.Thread(target=self._run, name="committer", daemon=True)
                    self._thread.start()

    def _run(self) -> None:
        while True:
            batch = [self._waiting.get()]
            while len(batch) < MOST:
                try:
                    batch.append(self._waiting.get_nowait())
                except queue.Empty:
                    break
            self._commit(batch)

    def _commit(self, batch: Sequence[_Item], *, again: bool = False) -> None:
        try:
            outcomes = self._stored([submission for submission, _ in batch])
        except IntegrityError as error:
            # Another process stored one of these keys meanwhile: the second look finds it and replays.
            if not again:
                for item in batch:
                    self._commit([item], again=True)
            else:
                _fail(batch, error)
            return
        except DBAPIError as error:
            if len(batch) > 1 and not error.connection_invalidated:
                for item in batch:
                    self._commit([item], again=True)
            else:
                _fail(batch, error)
            return
        except Exception as error:
            _fail(batch, error)
            return
        for (_, future), outcome in zip(batch, outcomes, strict=True):
            future.set_result(outcome)

    def _stored(self, submissions: Sequence[Submission]) -> list[Outcome]:
        with self._database.writing() as session:
            return submit(session, submissions, identities=self._identities, now=datetime.now(UTC))


def _fail(batch: Sequence[_Item], error: Exception) -> None:
    for _, future in batch:
        future.set_exception(error)
