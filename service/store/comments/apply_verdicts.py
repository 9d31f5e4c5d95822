"""Settling a batch: comments leave `pending`, each at most once, with a verdict, an event and their threads' counts.

On PostgreSQL it is one statement, of any number of rows: each more costs a round trip, and where another worker or a moderator waits
for a thread, it waits for all of them.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from pydantic_core import to_json
from sqlalchemy import Connection, text
from sqlalchemy.orm import Session

from service.domain.states import State
from service.store.comments.transitions import update_counts
from service.store.db.bulk import insert_all, plain, typed
from service.store.db.column_types import table
from service.store.tables.comments import VerdictRow
from service.store.tables.outbox import Event, EventState, EventType


@dataclass(frozen=True, slots=True)
class VerdictChange:
    """What becomes of the comment `id`: its state, the first reason and its score; and what its verdict and its event say."""

    id: UUID
    site_id: str
    thread_id: UUID
    state: State
    reason: str
    score: float
    verdict_id: UUID
    revision: int
    reasons: list[dict[str, Any]]
    signals: dict[str, float]
    shadow: list[str]
    event_id: UUID
    type: EventType
    facts: dict[str, Any]


_VERDICT = ("id", "comment_id", "revision", "state", "reasons", "signals", "shadow", "at")
_EVENT = ("id", "site_id", "comment_id", "seq", "type", "from_state", "to_state", "facts", "state", "at", "due_at")
_GIVEN = ", ".join((
    "id uuid, thread_id uuid, state text, reason text, score float, verdict_id uuid, event_id uuid, site_id text, type text",
    typed(table(VerdictRow), ("revision", "reasons", "signals", "shadow")),
    typed(table(Event), ("facts",)),
))  # fmt: skip
#: What is asked of a comment is said so that no index of what is pending serves: where a database expects little there, it would
#: read all of it for these few. Threads are locked in the order of their ids, so that two writers never wait for each other in a ring.
_AT_ONCE = f"""
WITH given AS MATERIALIZED (SELECT * FROM json_to_recordset(%(rows)s) AS row ({_GIVEN})),
moved AS (
  UPDATE comment c SET state = g.state, reason = g.reason, score = g.score, version = c.version + 1,
    updated_at = %(now)s, settled_at = %(now)s, lease_token = NULL, lease_until = NULL
  FROM given g
  WHERE g.id = c.id AND coalesce(c.state, '') = '{State.PENDING}' AND c.lease_token = %(token)s
  RETURNING c.id, c.version
),
found AS MATERIALIZED (SELECT given.*, moved.version FROM given JOIN moved ON moved.id = given.id),
said AS (
  INSERT INTO verdict ({", ".join(_VERDICT)})
  SELECT verdict_id, id, revision, state, reasons, signals, shadow, %(now)s FROM found
),
told AS (
  INSERT INTO event ({", ".join(_EVENT)})
  SELECT event_id, site_id, id, version, type, '{State.PENDING}', state, facts,
    CASE WHEN EXISTS (SELECT FROM endpoint WHERE endpoint.site_id = found.site_id AND enabled) THEN '{EventState.DUE}'
      ELSE '{EventState.SENT}' END, %(now)s, %(now)s
  FROM found RETURNING comment_id, state
),
shown AS MATERIALIZED (SELECT thread_id, count(*) AS more FROM found WHERE state = '{State.APPROVED}' GROUP BY thread_id),
kept AS MATERIALIZED (
  SELECT id FROM thread WHERE id = ANY(ARRAY(SELECT thread_id FROM shown)) ORDER BY id FOR NO KEY UPDATE
),
counted AS (
  UPDATE thread t SET approved = t.approved + shown.more, feed_version = t.feed_version + 1
  FROM kept JOIN shown ON shown.thread_id = kept.id WHERE t.id = ANY(ARRAY(SELECT thread_id FROM shown)) AND t.id = kept.id
)
SELECT comment_id, state FROM told
"""  # noqa: S608
#: The same of SQLite, where a statement is no journey.
_MOVE = f"""
UPDATE comment SET state = g.state, reason = g.reason, score = g.score, version = version + 1,
  updated_at = ?, settled_at = ?, lease_token = NULL, lease_until = NULL
FROM (SELECT json_extract(value, '$[0]') AS id, json_extract(value, '$[1]') AS state, json_extract(value, '$[2]') AS reason,
  json_extract(value, '$[3]') AS score FROM json_each(?)) AS g
WHERE comment.id = g.id AND coalesce(comment.state, '') = '{State.PENDING}' AND lease_token = ?
RETURNING id, version
"""  # noqa: S608


def write_verdicts(
    session: Session | Connection, rows: Sequence[VerdictChange], *, token: UUID, now: datetime
) -> dict[UUID, bool]:
    """Move each comment that is still pending under this token. Returns which did, and of each whether a host wants to be told; of the
    others nothing is left behind.

    Where no host does, an event has nobody to go to and is done with at once: no courier has to come by for that.
    """
    if not rows:
        return {}
    connection = plain(session)
    if connection.dialect.name == "postgresql":
        given = {"rows": to_json(rows).decode(), "token": token, "now": now}
        return {comment_id: state == EventState.DUE for comment_id, state in connection.exec_driver_sql(_AT_ONCE, given)}
    at = now.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
    moves = to_json([(row.id.hex, row.state, row.reason, row.score) for row in rows]).decode()
    versions = {UUID(name): version for name, version in connection.exec_driver_sql(_MOVE, (at, at, moves, token.hex))}
    moved = [row for row in rows if row.id in versions]
    insert_all(connection, VerdictRow, [_verdict(row, now) for row in moved])
    listening = set(connection.exec_driver_sql("SELECT site_id FROM endpoint WHERE enabled").scalars()) if moved else set()
    insert_all(connection, Event, [_event(row, versions[row.id], row.site_id in listening, now) for row in moved])
    update_counts(connection, Counter(row.thread_id for row in moved if row.state is State.APPROVED))
    return {row.id: row.site_id in listening for row in moved}


def none_under_way(session: Session) -> None:
    """Wait until no verdict is being settled, and let none begin before this transaction ends. Each asks at its beginning whether a host
    wants to be told; on PostgreSQL it may then wait for others, who change the answer. On SQLite nobody else writes anyway."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("LOCK TABLE event IN SHARE MODE"))


def _verdict(row: VerdictChange, now: datetime) -> dict[str, Any]:
    said = (row.verdict_id, row.id, row.revision, row.state, row.reasons, row.signals, row.shadow, now)
    return dict(zip(_VERDICT, said, strict=True))


def _event(row: VerdictChange, version: int, wanted: bool, now: datetime) -> dict[str, Any]:
    state = EventState.DUE if wanted else EventState.SENT
    told = (row.event_id, row.site_id, row.id, version, row.type, State.PENDING, row.state, row.facts, state, now, now)
    return dict(zip(_EVENT, told, strict=True))
