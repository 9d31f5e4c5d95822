"""Waiting for verdicts: one thread of the process asks the database for all comments that somebody waits for."""

import logging
import threading
from collections import defaultdict
from concurrent.futures import Future
from concurrent.futures import TimeoutError as TooLate
from uuid import UUID

from sqlalchemy.exc import SQLAlchemyError

from service.store.comments.claim import judged_among
from service.store.db.engine import Database

log = logging.getLogger("greenroom.web")

#: Seconds between two looks, and after a look that failed.
POLL_EVERY = 0.015
AFTER_FAILURE = 0.5
#: Most comments that one look asks for.
MAX_BATCH = 500


class VerdictWaiter:
    """Tells waiting requests when their comment has left `pending`. At most `places` may wait, so that others get in."""

    def __init__(self, database: Database, *, places: int) -> None:
        self._database = database
        self._places = threading.BoundedSemaphore(max(1, places))
        self._wake = threading.Condition()
        self._awaited: defaultdict[UUID, list[Future[None]]] = defaultdict(list)
        self._thread: threading.Thread | None = None
        self._closed = False

    def wait(self, comment_id: UUID, seconds: float) -> bool:
        """True as soon as the comment is judged; false where the time is up or all places are taken."""
        if seconds <= 0 or not self._places.acquire(blocking=False):
            return False
        told: Future[None] = Future()
        try:
            self._enter(comment_id, told)
            told.result(timeout=seconds)
        except TooLate:
            return False
        else:
            return True
        finally:
            self._leave(comment_id, told)
            self._places.release()

    def close(self) -> None:
        """End the thread; whoever still waits runs out of time."""
        with self._wake:
            self._closed = True
            self._wake.notify()
        if self._thread is not None:
            self._thread.join(5)

    def _enter(self, comment_id: UUID, told: "Future[None]") -> None:
        with self._wake:
            self._awaited[comment_id].append(told)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="watcher", daemon=True)
                self._thread.start()
            self._wake.notify()

    def _leave(self, comment_id: UUID, told: "Future[None]") -> None:
        with self._wake:
            left = [other for other in self._awaited.pop(comment_id, []) if other is not told]
            if left:
                self._awaited[comment_id] = left

    def _run(self) -> None:
        while not self._closed:
            with self._wake:
                self._wake.wait_for(lambda: self._closed or bool(self._awaited))
                asked = list(self._awaited)[:MAX_BATCH]
            pause = self._look(asked)
            with self._wake:
                self._wake.wait_for(lambda: self._closed, timeout=pause)

    def _look(self, asked: list[UUID]) -> float:
        try:
            with self._database.reading_quickly() as session:
                settled = judged_among(session, asked)
        except SQLAlchemyError as error:
            log.warning("watch_failed", extra={"error": type(error).__name__})
            return AFTER_FAILURE
        with self._wake:
            for comment_id in settled:
                for told in self._awaited.get(comment_id, ()):
                    if not told.done():
                        told.set_result(None)
        return POLL_EVERY
