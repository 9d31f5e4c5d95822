"""Apply the verdicts of a batch: each comment leaves `pending` at most once, with a verdict row, an event and new thread counts.

On PostgreSQL one statement does all of this, for any number of rows. A second statement would cost a round trip, and another
worker or a moderator would wait longer for the row lock of a thread.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from pydantic_core import to_json
from sqlalchemy import Connection, func, select, text
from sqlalchemy.orm import Session

from service.domain.states import State
from service.store.comments.transitions import ThreadKey, update_counts
from service.store.db.bulk import changes_many, insert_all, plain, typed
from service.store.db.by_site import each_site, is_by_site
from service.store.db.column_types import table
from service.store.tables.comments import VerdictRow
from service.store.tables.outbox import Event, EventState, EventType


@dataclass(frozen=True, slots=True)
class VerdictChange:
    """What is written for the comment `id`: its state, first reason and score, and the columns of its verdict row and event."""

    id: UUID
    site_id: str
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


#: The key of an advisory lock on PostgreSQL; it can be any number that no other program uses.
_UNDER_WAY = 4_719_003
_VERDICT = ("id", "site_id", "comment_id", "revision", "state", "reasons", "signals", "shadow", "at")
_EVENT = ("id", "site_id", "comment_id", "seq", "type", "from_state", "to_state", "facts", "state", "at", "due_at")
_JUDGED = ", ".join((
    "id uuid, state text, reason text, score float, verdict_id uuid, event_id uuid, site_id text, type text",
    typed(table(VerdictRow), ("revision", "reasons", "signals", "shadow")),
    typed(table(Event), ("facts",)),
))  # fmt: skip
#: coalesce() stops the query planner from using the partial index on pending rows. With stale statistics the planner expects few
#: pending rows, and would read all of them for each batch. Threads are locked in the order of their ids, so that two writers
#: cannot deadlock.
_AT_ONCE = f"""
WITH judged AS MATERIALIZED (SELECT * FROM json_to_recordset(%(rows)s) AS row ({_JUDGED})),
moved AS (
  UPDATE comment c SET state = g.state, reason = g.reason, score = g.score, version = c.version + 1,
    updated_at = %(now)s, judged_at = %(now)s, lease_token = NULL, lease_until = NULL
  FROM judged g
  WHERE g.id = c.id AND coalesce(c.state, '') = '{State.PENDING}' AND c.lease_token = %(token)s
  RETURNING c.id, c.version, c.thread_id
),
moved_rows AS MATERIALIZED (SELECT judged.*, moved.version, moved.thread_id FROM judged JOIN moved ON moved.id = judged.id),
new_verdicts AS (
  INSERT INTO verdict ({", ".join(_VERDICT)})
  SELECT verdict_id, site_id, id, revision, state, reasons, signals, shadow, %(now)s FROM moved_rows
),
new_events AS (
  INSERT INTO event ({", ".join(_EVENT)})
  SELECT event_id, site_id, id, version, type, '{State.PENDING}', state, facts,
    CASE WHEN EXISTS (SELECT FROM endpoint WHERE endpoint.site_id = moved_rows.site_id AND enabled) THEN '{EventState.DUE}'
      ELSE '{EventState.SENT}' END, %(now)s, %(now)s
  FROM moved_rows RETURNING comment_id, state
),
newly_approved AS MATERIALIZED (
  SELECT thread_id, count(*) AS more FROM moved_rows WHERE state = '{State.APPROVED}' GROUP BY thread_id
),
locked_threads AS MATERIALIZED (
  SELECT id FROM thread WHERE id = ANY(ARRAY(SELECT thread_id FROM newly_approved)) ORDER BY id FOR NO KEY UPDATE
),
counted AS (
  UPDATE thread t SET approved = t.approved + newly_approved.more, feed_version = t.feed_version + 1
  FROM locked_threads JOIN newly_approved ON newly_approved.thread_id = locked_threads.id
  WHERE t.id = ANY(ARRAY(SELECT thread_id FROM newly_approved)) AND t.id = locked_threads.id
)
SELECT comment_id, state FROM new_events
"""  # noqa: S608
_MOVE_ON_SQLITE = f"""
UPDATE comment SET state = g.state, reason = g.reason, score = g.score, version = version + 1,
  updated_at = ?, judged_at = ?, lease_token = NULL, lease_until = NULL
FROM (SELECT json_extract(value, '$[0]') AS id, json_extract(value, '$[1]') AS state, json_extract(value, '$[2]') AS reason,
  json_extract(value, '$[3]') AS score FROM json_each(?)) AS g
WHERE comment.id = g.id AND coalesce(comment.state, '') = '{State.PENDING}' AND lease_token = ?
RETURNING id, version, thread_id
"""  # noqa: S608
#: With Citus, of one site.
_MOVE_OF_SITE = f"""
UPDATE comment c SET state = g.state, reason = g.reason, score = g.score, version = c.version + 1,
  updated_at = %(now)s, judged_at = %(now)s, lease_token = NULL, lease_until = NULL
FROM json_to_recordset(%(rows)s) AS g (id uuid, state text, reason text, score float)
WHERE c.id = g.id AND coalesce(c.state, '') = '{State.PENDING}' AND c.lease_token = %(token)s AND c.site_id = %(site)s
RETURNING c.id, c.version, c.thread_id
"""  # noqa: S608


def write_verdicts(
    session: Session | Connection, rows: Sequence[VerdictChange], *, token: UUID, now: datetime
) -> dict[UUID, bool]:
    """Apply the verdict of each comment that is still pending under this token. Returns the ids of these comments, each with
    whether its event is due to a host. For the other comments nothing is written.

    If the site has no enabled endpoint, the event is stored as sent, so that no delivery worker has to process it.
    """
    if not rows:
        return {}
    connection = plain(session)
    if changes_many(connection):
        parameters = {"rows": to_json(rows).decode(), "token": token, "now": now}
        return {comment_id: state == EventState.DUE for comment_id, state in connection.exec_driver_sql(_AT_ONCE, parameters)}
    # The thread as it is now: the comment may have been moved to another one since it was claimed.
    now_at = _moved(connection, rows, token, now)
    moved = [row for row in rows if row.id in now_at]
    insert_all(connection, VerdictRow, [_verdict(row, now) for row in moved])
    listening = set(connection.exec_driver_sql("SELECT site_id FROM endpoint WHERE enabled").scalars()) if moved else set()
    insert_all(connection, Event, [_event(row, now_at[row.id][0], row.site_id in listening, now) for row in moved])
    shown = Counter(ThreadKey(now_at[row.id][1], row.site_id) for row in moved if row.state is State.APPROVED)
    update_counts(connection, shown)
    return {row.id: row.site_id in listening for row in moved}


def _moved(connection: Connection, rows: Sequence[VerdictChange], token: UUID, now: datetime) -> dict[UUID, tuple[int, UUID]]:
    """Move the comments to their new states. Returns the version and the thread of each that was moved."""
    if connection.dialect.name == "sqlite":
        at = now.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
        moves = to_json([(row.id.hex, row.state, row.reason, row.score) for row in rows]).decode()
        result = connection.exec_driver_sql(_MOVE_ON_SQLITE, (at, at, moves, token.hex))
        return {UUID(comment_id): (version, UUID(thread)) for comment_id, version, thread in result}
    # Before endpoints are read: see `none_under_way`.
    connection.execute(select(func.pg_advisory_xact_lock_shared(_UNDER_WAY)))
    moved: dict[UUID, tuple[int, UUID]] = {}
    for site_id, some in each_site(connection, rows, lambda row: row.site_id):
        result = connection.exec_driver_sql(
            _MOVE_OF_SITE, {"rows": to_json(some).decode(), "token": token, "now": now, "site": site_id}
        )
        moved |= {comment_id: (version, thread) for comment_id, version, thread in result}
    return moved


def none_under_way(session: Session) -> None:
    """Wait until no other transaction applies verdicts, and let none begin before this transaction ends. A transaction that
    applies verdicts first reads whether the site has an enabled endpoint. On PostgreSQL it may then wait for row locks, and
    meanwhile another transaction could change the endpoints. SQLite needs no lock: it has only one writer at a time."""
    connection = plain(session)
    if is_by_site(connection):
        # A lock of the table would have to be taken on every node.
        connection.execute(select(func.pg_advisory_xact_lock(_UNDER_WAY)))
    elif connection.dialect.name == "postgresql":
        connection.execute(text("LOCK TABLE event IN SHARE MODE"))


def _verdict(row: VerdictChange, now: datetime) -> dict[str, Any]:
    values = (row.verdict_id, row.site_id, row.id, row.revision, row.state, row.reasons, row.signals, row.shadow, now)
    return dict(zip(_VERDICT, values, strict=True))


def _event(row: VerdictChange, version: int, due: bool, now: datetime) -> dict[str, Any]:
    state = EventState.DUE if due else EventState.SENT
    values = (row.event_id, row.site_id, row.id, version, row.type, State.PENDING, row.state, row.facts, state, now, now)
    return dict(zip(_EVENT, values, strict=True))
