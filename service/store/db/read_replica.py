"""Reads from a streaming replica of PostgreSQL, unless it is too far behind. Then the primary is read.

How far a replica is behind is compared by positions of the write-ahead log (LSN), not by times: a replica of an idle primary is complete
though it has replayed nothing for hours, and one that has lost its primary is not, though it has replayed all that it received.
"""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from service.config import Settings
from service.error_facts import short_error_facts
from service.store.db.engine import ANSWER_PATIENCE, Database

log = logging.getLogger("greenroom.replica")

#: Seconds after which the primary is asked for its position again, and how many positions are kept while one bound passes.
MARK_AFTER, MARKS = 0.5, 10
#: Seconds for which nothing is read from a replica after it has failed.
REST = 5.0
_FLUSHED = text("SELECT pg_current_wal_flush_lsn() - '0/0'")
#: What a replica has replayed. A replica that was promoted has all that it wrote itself.
_REPLAYED = text(
    "SELECT CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_insert_lsn() END - '0/0'"
)
_Result = TypeVar("_Result")


class ReadReplica:
    """The database for reads that may be `most_behind` seconds old. Without a replica the primary answers all of them."""

    def __init__(
        self, primary: Database, replica: Database | None = None, *, most_behind: float = 0.0, rest: float = REST
    ) -> None:
        self._primary, self._replica, self._most_behind, self._rest = primary, replica, most_behind, rest
        self._asking = threading.Lock()
        #: When the primary was asked, and its position then; oldest first.
        self._marks: deque[tuple[float, int]] = deque(maxlen=MARKS + 2)
        self._marked_at = self._rests_until = 0.0
        self._written = 0
        #: Whether the primary did not answer when it was asked last.
        self.primary_is_away = False

    @classmethod
    def of(cls, settings: Settings, primary: Database) -> "ReadReplica":
        """The replica of these settings."""
        replica = replica_of(settings) if settings.read_database_url else None
        return cls(primary, replica, most_behind=settings.read_database_lag)

    def read(self, query: Callable[[Session], _Result], *, has_it: Callable[[Session], bool] | None = None) -> _Result:
        """The result of a query. It runs on the replica, or on the primary if the replica is away, is too far behind, has not yet what
        this process wrote, or if `has_it` says that it lacks what is needed."""
        if self._replica is not None and time.monotonic() > self._rests_until:
            try:
                self._mark()
                with self._replica.reading() as session:
                    if self._is_current(session) and (has_it is None or has_it(session)):
                        return query(session)
            except SQLAlchemyError as error:
                self._pause(self._rest)
                log.warning("replica_failed", extra=short_error_facts(error))
        return self.read_primary(query)

    def read_primary(self, query: Callable[[Session], _Result]) -> _Result:
        with self._primary.reading() as session:
            return query(session)

    def note_write(self) -> None:
        """From now on the replica is read only if it has all that was written until now: people see what they have just done."""
        if self._replica is not None:
            try:
                self._written = max(self._written, self.read_primary(position))
            except SQLAlchemyError:
                # The position of this write is not known. After the bound every replica that is read has it.
                self._pause(self._most_behind)

    def close(self) -> None:
        if self._replica is not None:
            self._replica.close()

    def _pause(self, seconds: float) -> None:
        self._rests_until = max(self._rests_until, time.monotonic() + seconds)

    def _mark(self) -> None:
        """Ask the primary for its position, in one thread at a time."""
        if time.monotonic() - self._marked_at > MARK_AFTER and self._asking.acquire(blocking=False):
            try:
                self._marked_at = time.monotonic()
                self._keep_mark(self._marked_at, self.read_primary(position))
                self.primary_is_away = False
            except SQLAlchemyError as error:
                self.primary_is_away = True
                log.warning("primary_not_asked", extra=short_error_facts(error))
            finally:
                self._asking.release()

    def _keep_mark(self, asked_at: float, position: int) -> None:
        if not self._marks or asked_at - self._marks[-1][0] >= self._most_behind / MARKS:
            self._marks.append((asked_at, position))

    def _is_current(self, session: Session) -> bool:
        """Whether the server of this session may be read. Each session is asked, because one address may lead to several replicas. While
        the primary is away, a replica may lack what this process wrote last: better that than no answer."""
        since = time.monotonic() - self._most_behind
        needed = next((at for asked_at, at in list(self._marks) if asked_at >= since), None)
        replayed = replayed_position(session)
        if needed is None or replayed is None or replayed < needed:
            return False
        return self.primary_is_away or replayed >= self._written


def replica_of(settings: Settings) -> Database:
    """The database that `read_database_url` names. No process goes by its clock."""
    return Database(
        settings.read_database_url,
        connections=settings.database_connections,
        prepared=settings.prepared_statements,
        patience=ANSWER_PATIENCE,
        keeps_time=False,
    )


def catch_up(replica: Database, position: int, *, patience: float) -> float | None:
    """Wait until a replica has reached a position of the primary. Returns the seconds; None if it took more than `patience`."""
    began = time.monotonic()
    while (took := time.monotonic() - began) <= patience:
        with replica.reading() as session:
            if (replayed_position(session) or 0) >= position:
                return took
        time.sleep(0.02)
    return None


def position(session: Session) -> int:
    """The position up to which the primary's log is on its disk, in bytes."""
    return int(session.scalars(_FLUSHED).one())


def replayed_position(session: Session) -> int | None:
    """The position that a replica has reached, in bytes; None if it reports none."""
    replayed = session.scalar(_REPLAYED)
    return None if replayed is None else int(replayed)
