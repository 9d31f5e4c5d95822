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


def _post(body: Any) -> tuple[int, dict[str, Any]]:
    messages: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": json.dumps(body).encode()}

    async def send(message: dict[str, Any]) -> None:
        messages.append(message)

    async def ask() -> None:
        await ceiling.app()({"type": "http", "method": "POST"}, receive, send)

    asyncio.run(ask())
    return messages[0]["status"], json.loads(messages[1]["body"])


def test_an_accepted_comment_is_stored(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CEILING_DATABASE", database.url.removeprefix("sqlite:///"))
    status, answer = _post(BODY)
    assert status == 202
    with database.reading() as session:
        row = session.execute(select(Comment.id, Comment.text, Comment.author_name, Comment.state, Comment.context)).one()
    assert (row.id.hex, *row[1:]) == (answer["id"], "Calm words.", "Ada", "pending", {"ip": "192.0.2.1"})
    assert _post({"thread": {"id": "a"}})[0] == 422
