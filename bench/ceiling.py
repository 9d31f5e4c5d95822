"""The upper limit to compare Greenroom with: a bare event loop, the raw driver, combined commits, and nothing else.

The same server as Greenroom's calls it. It validates the body and stores it in Greenroom's own table, with its indexes: no rights, no
limits, no idempotency, no pseudonyms, nothing for the checks; all comments are in one thread.
"""

import asyncio
import json
import os
import queue
import sqlite3
import threading
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import psycopg
from pydantic import TypeAdapter, ValidationError
from uuid_utils.compat import uuid7

from bench.naive import _Body

#: The one thread, as SQLite writes an id; PostgreSQL reads it too.
THREAD = "018f0000000070008000000000000001"
_COLUMNS = ("id", "text", "author_name", "author_key", "ip_key", "context", "received_at", "updated_at")
_TYPES = ("uuid", "text", "text", "text", "text", "jsonb", "timestamptz", "timestamptz")
#: The rest of the row, the same for each comment.
_CONSTANTS = {
    "site_id": "'bench'", "thread_id": f"'{THREAD}'", "state": "'pending'", "version": "0", "revision": "1", "fingerprint": "''",
    "author_url": "''", "author_external_id": "''", "author_verified": "false", "email_domain": "''", "reason": "''", "score": "0",
    "claims": "0",
}  # fmt: skip
_INTO = f"INSERT INTO comment ({', '.join([*_COLUMNS, *_CONSTANTS])})"
_THREAD_ROW = f"""INSERT INTO thread (id, site_id, external_id, url, title, state, approved, feed_version, created_at)
  VALUES ('{THREAD}', 'bench', 'ceiling', '', '', 'open', 0, 0, '2026-01-01') ON CONFLICT DO NOTHING"""
_JSON = [(b"content-type", b"application/json")]
#: Most rows of one commit.
_MOST = 200
_body = TypeAdapter(_Body)

Row = tuple[str, ...]
Waiting = tuple[Row, "asyncio.Future[None]"]
Asgi = Callable[[dict[str, Any], Callable[[], Awaitable[Any]], Callable[[Any], Awaitable[None]]], Awaitable[None]]


def app() -> Asgi:
    waiting: queue.SimpleQueue[Waiting] = queue.SimpleQueue()
    threading.Thread(target=_commit_for_ever, args=(waiting,), daemon=True).start()

    async def respond(
        scope: dict[str, Any], receive: Callable[[], Awaitable[Any]], send: Callable[[Any], Awaitable[None]]
    ) -> None:
        status, answer = (404, b"{}") if scope["method"] != "POST" else await _store(await _read(receive), waiting)
        await send({"type": "http.response.start", "status": status, "headers": _JSON})
        await send({"type": "http.response.body", "body": answer})

    return respond


async def _read(receive: Callable[[], Awaitable[Any]]) -> bytes:
    read = await receive()
    body: bytes = read["body"]
    while read.get("more_body"):
        read = await receive()
        body += read["body"]
    return body


async def _store(body: bytes, waiting: "queue.SimpleQueue[Waiting]") -> tuple[int, bytes]:
    try:
        parsed = _body.validate_json(body)
    except ValidationError:
        return 422, b"{}"
    row = _row(parsed)
    future = asyncio.get_running_loop().create_future()
    waiting.put((row, future))
    await future
    return 202, b'{"id": "%s", "state": "pending"}' % row[0].encode()


def _row(body: _Body) -> Row:
    now = datetime.now(UTC).isoformat(" ")
    author, ip = body.author, str(body.context.get("ip", ""))
    return (uuid7().hex, body.text, author.get("name", ""), author.get("email", ""), ip, json.dumps(body.context), now, now)


def _commit_for_ever(waiting: "queue.SimpleQueue[Waiting]") -> None:
    """Store what waits in one transaction, then wake all of it in one turn of the event loop."""
    store = _postgres() if os.environ["CEILING_DATABASE"].startswith("postgresql") else _sqlite()
    while True:
        batch = [waiting.get()]
        while not waiting.empty() and len(batch) < _MOST:
            batch.append(waiting.get())
        store([row for row, _ in batch])
        futures = [future for _, future in batch]
        futures[0].get_loop().call_soon_threadsafe(_wake, futures)


def _wake(futures: "list[asyncio.Future[None]]") -> None:
    for future in futures:
        if not future.done():
            future.set_result(None)


def _postgres() -> Callable[[list[Row]], object]:
    """One statement with one parameter a batch, and its own transaction: the fewest round trips that there are."""
    connection = psycopg.connect(os.environ["CEILING_DATABASE"], autocommit=True)
    connection.execute(_THREAD_ROW)
    typed = ", ".join(f"{column} {kind}" for column, kind in zip(_COLUMNS, _TYPES, strict=True))
    statement = f"{_INTO} SELECT {', '.join([*_COLUMNS, *_CONSTANTS.values()])} FROM json_to_recordset(%s::json) AS row ({typed})"
    return lambda rows: connection.execute(
        statement, (json.dumps([dict(zip(_COLUMNS, row, strict=True)) for row in rows]),), prepare=True
    )


def _sqlite() -> Callable[[list[Row]], object]:
    connection = sqlite3.connect(os.environ["CEILING_DATABASE"], isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute(_THREAD_ROW)
    statement = f"{_INTO} VALUES ({', '.join(['?'] * len(_COLUMNS) + list(_CONSTANTS.values()))})"

    def store(rows: list[Row]) -> None:
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(statement, rows)
        connection.execute("COMMIT")

    return store
