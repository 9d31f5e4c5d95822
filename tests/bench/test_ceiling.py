"""The ceiling of the ingest benchmark stores what it accepts, in the table that Greenroom uses."""

import asyncio
import json
from typing import Any

import pytest
from sqlalchemy import select

from bench import ceiling
from service.store.db.engine import Database
from service.store.tables.comments import Comment

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

BODY = {"thread": {"id": "a"}, "text": "Calm words.", "author": {"name": "Ada"}, "context": {"ip": "192.0.2.1"}}


async def _posted(app: ceiling.Asgi, body: Any) -> tuple[int, dict[str, Any]]:
    messages: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": json.dumps(body).encode()}

    async def send(message: dict[str, Any]) -> None:
        messages.append(message)

    await app({"type": "http", "method": "POST"}, receive, send)
    return messages[0]["status"], json.loads(messages[1]["body"])


def test_an_accepted_comment_is_stored(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CEILING_DATABASE", database.url.removeprefix("sqlite:///"))

    async def ask() -> tuple[int, dict[str, Any]]:
        app = ceiling.app()
        assert (await _posted(app, {"thread": {"id": "a"}}))[0] == 422
        # Last, so that the thread of this app has opened its database before the test ends.
        return await _posted(app, BODY)

    status, answer = asyncio.run(ask())
    assert status == 202
    with database.reading() as session:
        row = session.execute(select(Comment.id, Comment.text, Comment.author_name, Comment.state, Comment.context)).one()
    assert (row.id.hex, *row[1:]) == (answer["id"], "Calm words.", "Ada", "pending", {"ip": "192.0.2.1"})
