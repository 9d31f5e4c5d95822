"""Waits for verdicts: one thread polls the database for all comments that requests of this process wait for."""

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

#: Seconds between two polls, and after a poll that failed.
POLL_EVERY = 0.015
AFTER_FAILURE = 0.5
#: Maximum comments in one poll.
MAX_BATCH = 500


class VerdictWaiter:
    """Wakes each waiting request when its comment is no longer `pending`. At most `places` requests may wait, so that threads
    stay free for others."""

    def __init__(self, database: Database, *, places: int) -> None:
        self._database = database
        self._places = threading.BoundedSemaphore(max(1, places))
        self._wake = threading.Condition()
        self._awaited: defaultdict[UUID, list[Future[None]]] = defaultdict(list)
        self._thread: threading.Thread | None = None
        self._closed = False

    def wait(self, comment_id: UUID, seconds: float) -> bool:
        """True as soon as the comment is judged; False if the time is up or all places are taken."""
        if seconds <= 0 or not self._places.acquire(blocking=False):
            return False
        judged: Future[None] = Future()
        try:
            self._enter(comment_id, judged)
            judged.result(timeout=seconds)
        except TooLate:
            return False
        else:
            return True
        finally:
            self._leave(comment_id, judged)
            self._places.release()

    def close(self) -> None:
        """End the thread. Requests that still wait time out."""
        with self._wake:
            self._closed = True
            self._wake.notify()
        if self._thread is not None:
            self._thread.join(5)

    def _enter(self, comment_id: UUID, judged: "Future[None]") -> None:
        with self._wake:
            self._awaited[comment_id].append(judged)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="watcher", daemon=True)
                self._thread.start()
            self._wake.notify()

    def _leave(self, comment_id: UUID, judged: "Future[None]") -> None:
        with self._wake:
            left = [other for other in self._awaited.pop(comment_id, []) if other is not judged]
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
                judged = judged_among(session, asked)
        except SQLAlchemyError as error:
            log.warning("verdict_poll_failed", extra={"error": type(error).__name__})
            return AFTER_FAILURE
        with self._wake:
            for comment_id in judged:
                for future in self._awaited.get(comment_id, ()):
                    if not future.done():
                        future.set_result(None)
        return POLL_EVERY
