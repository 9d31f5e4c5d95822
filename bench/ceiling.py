"""The upper limit to compare Greenroom with: a bare Flask route that validates the body and stores it, and nothing else.

It uses the raw database driver and commits many rows at once.
"""

import json
import os
import queue
import sqlite3
import threading
from concurrent.futures import Future
from datetime import UTC, datetime
from typing import Any

import psycopg
from flask import Flask, Response, request
from pydantic import TypeAdapter
from uuid_utils.compat import uuid7

from bench.naive import _Body

_COLUMNS = "id, site_id, thread_id, state, text, received_at"
_waiting: queue.SimpleQueue[tuple[tuple[Any, ...], Future[None]]] = queue.SimpleQueue()
_body = TypeAdapter(_Body)


def app() -> Flask:
    app = Flask("ceiling")
    threading.Thread(target=_commit_for_ever, daemon=True).start()

    @app.post("/v1/comments")
    def post() -> Response:
        body = _body.validate_json(request.get_data())
        row = (str(uuid7()), "bench", body.thread["id"], "pending", body.text, datetime.now(UTC).isoformat())
        future: Future[None] = Future()
        _waiting.put((row, future))
        future.result()
        return Response(json.dumps({"id": row[0], "state": "pending"}), 202, content_type="application/json")

    return app


def _commit_for_ever() -> None:
    store = _postgres() if os.environ["CEILING_DATABASE"].startswith("postgresql") else _sqlite()
    while True:
        batch = [_waiting.get()]
        while not _waiting.empty() and len(batch) < 200:
            batch.append(_waiting.get())
        store([row for row, _ in batch])
        for _, future in batch:
            future.set_result(None)


def _postgres() -> Any:
    connection = psycopg.connect(os.environ["CEILING_DATABASE"])
    connection.execute(f"CREATE TABLE IF NOT EXISTS ceiling ({_COLUMNS.replace(',', ' text,')} text)")
    connection.commit()

    def store(rows: list[tuple[Any, ...]]) -> None:
        places = ", ".join(["(%s, %s, %s, %s, %s, %s)"] * len(rows))
        connection.execute(f"INSERT INTO ceiling ({_COLUMNS}) VALUES {places}", [value for row in rows for value in row])
        connection.commit()

    return store


def _sqlite() -> Any:
    connection = sqlite3.connect(os.environ["CEILING_DATABASE"], isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute(f"CREATE TABLE IF NOT EXISTS ceiling ({_COLUMNS.replace(',', ' text,')} text)")

    def store(rows: list[tuple[Any, ...]]) -> None:
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(f"INSERT INTO ceiling ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)", rows)
        connection.execute("COMMIT")

    return store
