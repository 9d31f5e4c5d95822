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
from service.store.db.bulk import changes_many, from_json, insert_all
from service.store.db.column_types import table
from service.store.tables.comments import Comment, Thread, ThreadState
from service.store.tables.idempotency import IdempotencyKey

NewComment = Mapping[str, Any]
#: The columns with the same value in every new comment, as SQL.
_NEW = (("state", f"'{State.PENDING}'"), ("version", "0"), ("revision", "1"), ("reason", "''"), ("score", "0"), ("claims", "0"))
#: A thread that has these names already is not locked, so that comments of one thread do not wait for each other. Those that have
#: others are locked in the order of their ids, so that two batches cannot deadlock.
_OTHER_NAMES = "(g.url <> '' AND g.url <> t.url OR g.title <> '' AND g.title <> t.title)"
_NEW_NAMES = (
    "url = coalesce(nullif({g}.url, ''), {t}.url), title = coalesce(nullif({g}.title, ''), {t}.title), "
    "feed_version = {t}.feed_version + 1"
)
_RENAME = f"""named AS MATERIALIZED (SELECT * FROM json_to_recordset(%s) AS row (id uuid, url text, title text)),
late AS MATERIALIZED (
  SELECT t.id, g.url, g.title FROM thread t JOIN named g ON g.id = t.id
  WHERE t.id = ANY(ARRAY(SELECT id FROM named)) AND {_OTHER_NAMES} ORDER BY t.id FOR NO KEY UPDATE OF t
),
renamed AS (UPDATE thread SET {_NEW_NAMES.format(g="late", t="thread")} FROM late WHERE thread.id = late.id)"""  # noqa: S608
_RENAME_ON_SQLITE = f"""
UPDATE thread AS t SET {_NEW_NAMES.format(g="g", t="t")} FROM (
  SELECT json_extract(value, '$[0]') AS id, json_extract(value, '$[1]') AS url, json_extract(value, '$[2]') AS title FROM json_each(?)
) AS g WHERE t.id = g.id AND {_OTHER_NAMES}"""  # noqa: S608

_NAMED = "json_to_recordset(%s) AS g (id uuid, url text, title text)"
_OUTDATED = (
    f"SELECT t.id FROM thread t JOIN {_NAMED} ON g.id = t.id "  # noqa: S608
    f"WHERE t.site_id = %s AND {_OTHER_NAMES} ORDER BY t.id FOR NO KEY UPDATE OF t"
)
_RENAME_OUTDATED = (
    f"UPDATE thread t SET {_NEW_NAMES.format(g='g', t='t')} FROM {_NAMED} "  # noqa: S608
    "WHERE t.site_id = %s AND t.id = g.id AND t.id = ANY(%s)"
)


def insert_comments(
    connection: Connection,
    *,
    threads: Sequence[NewComment],
    names: Sequence[NewComment],
    comments: Sequence[NewComment],
    keys: Sequence[NewComment],
) -> bool:
    """Store a batch; with Citus, of one site. Threads that exist already are skipped; those in `names` get the title and the address there, where it is
    not empty. Returns False if a thread of the batch is closed; then no comment and no key is stored. Where a statement changes
    one table only, the caller has already checked for closed threads."""
    if not comments:
        return True
    if not changes_many(connection):
        if names:
            _rename(connection, names)
        insert_all(connection, Thread, threads, new=True)
        insert_all(connection, Comment, comments, alike=_NEW)
        insert_all(connection, IdempotencyKey, keys)
        return True
    parts = [rows for rows in (threads, names, keys, comments) if rows]
    given = [list({row["thread_id"] for row in comments}), *(to_json(rows).decode() for rows in parts)]
    columns = [tuple(rows[0]) if rows else () for rows in (threads, keys, comments)]
    statement = _at_once(*columns, renames=bool(names))
    return connection.exec_driver_sql(statement, tuple(given)).rowcount == len(comments)


def _rename(connection: Connection, names: Sequence[NewComment]) -> None:
    if connection.dialect.name == "sqlite":
        named = [(row["id"].hex, row["url"], row["title"]) for row in names]
        connection.exec_driver_sql(_RENAME_ON_SQLITE, (to_json(named).decode(),))
        return
    parameters = (to_json(names).decode(), names[0]["site_id"])
    if outdated := [row.id for row in connection.exec_driver_sql(_OUTDATED, parameters)]:
        connection.exec_driver_sql(_RENAME_OUTDATED, (*parameters, outdated))


@cache
def _at_once(threads: tuple[str, ...], keys: tuple[str, ...], comments: tuple[str, ...], *, renames: bool) -> str:
    open_only = " WHERE NOT EXISTS (SELECT FROM shut)"
    first = [f"shut AS (SELECT FROM thread WHERE id = ANY(%s) AND state = '{ThreadState.CLOSED}')"]
    if threads:
        first.append(f"a AS ({from_json(table(Thread), threads, ending=' ON CONFLICT DO NOTHING')})")
    if renames:
        first.append(_RENAME)
    if keys:
        first.append(f"b AS ({from_json(table(IdempotencyKey), keys, ending=open_only)})")
    return f"WITH {', '.join(first)} {from_json(table(Comment), comments, ending=open_only, alike=_NEW)}"
