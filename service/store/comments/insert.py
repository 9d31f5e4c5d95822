"""Insert a batch of threads, comments and idempotency keys; on PostgreSQL in one statement.

psycopg releases the GIL nine times per statement, and under load the thread waits each time to get the GIL back. These waits take
longer than the statement itself. So there is only one statement, and it also checks for closed threads.
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
#: The columns with the same value in every new comment, as SQL.
_NEW = (("state", f"'{State.PENDING}'"), ("version", "0"), ("revision", "1"), ("reason", "''"), ("score", "0"), ("claims", "0"))


def insert_comments(
    connection: Connection, *, threads: Sequence[NewComment], comments: Sequence[NewComment], keys: Sequence[NewComment]
) -> bool:
    """Store a batch. Threads that exist already are skipped. Returns False if a thread of the batch is closed; then no comment
    and no key is stored. On SQLite the caller has already checked for closed threads, and holds the write lock."""
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
