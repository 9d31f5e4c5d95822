"""Taking in a batch: its threads, comments and keys in one statement of PostgreSQL, all of it or nothing.

Each statement costs its thread nine turns at the interpreter's lock, for which it stands in line behind every request that came
meanwhile. That is more than the statement itself, so there is only one, and it asks for closed threads itself.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from pydantic_core import to_json
from sqlalchemy import Connection

from service.domain.states import State
from service.store.db.bulk import from_json, insert_all
from service.store.db.column_types import table
from service.store.tables.comments import Comment, Thread, ThreadState
from service.store.tables.idempotency import IdempotencyKey

NewComment = Mapping[str, Any]
#: What is the same of every comment that has just come.
_NEW = (("state", f"'{State.PENDING}'"), ("version", "0"), ("revision", "1"), ("reason", "''"), ("score", "0"), ("claims", "0"))


def insert_comments(
    connection: Connection, *, threads: Sequence[NewComment], comments: Sequence[NewComment], keys: Sequence[NewComment]
) -> bool:
    """Store what belongs together; `threads` may be there already. False where one of the comments' threads was closed: then
    nothing was stored. On SQLite whoever calls has looked, and nobody else writes meanwhile."""
    if not comments:
        return True
    if connection.dialect.name != "postgresql":
        insert_all(connection, Thread, threads, new=True)
        insert_all(connection, Comment, comments, alike=_NEW)
        insert_all(connection, IdempotencyKey, keys)
        return True
    parts = [rows for rows in (threads, keys, comments) if rows]
    given = [list({row["thread_id"] for row in comments}), *(to_json(rows).decode() for rows in parts)]
    statement = _at_once(*(tuple(rows[0]) if rows else () for rows in (threads, keys, comments)))
    return connection.exec_driver_sql(statement, tuple(given)).rowcount == len(comments)


@cache
def _at_once(threads: tuple[str, ...], keys: tuple[str, ...], comments: tuple[str, ...]) -> str:
    open_only = " WHERE NOT EXISTS (SELECT FROM shut)"
    first = [f"shut AS (SELECT FROM thread WHERE id = ANY(%s) AND state = '{ThreadState.CLOSED}')"]
    if threads:
        first.append(f"a AS ({from_json(table(Thread), threads, ending=' ON CONFLICT DO NOTHING')})")
    if keys:
        first.append(f"b AS ({from_json(table(IdempotencyKey), keys, ending=open_only)})")
    return f"WITH {', '.join(first)} {from_json(table(Comment), comments, ending=open_only, alike=_NEW)}"
