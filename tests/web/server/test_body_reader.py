"""The body reader: a body in pieces is complete or missing, and waiting for it has a limit."""

import asyncio
import json
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from service.store.db.engine import Database
from service.store.tables.comments import Comment
from service.web.server import body_reader
from service.web.server.asgi import AsgiApp
from tests.support.fast_path_app import asked, in_pieces, scope_of

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

FORM = {
    "REQUEST_METHOD": "POST",
    "REQUEST_URI": "/f/news",
    "QUERY_STRING": "",
    "CONTENT_TYPE": "application/x-www-form-urlencoded",
}


def _ask(app: Flask, length: int, messages: list[dict[str, Any]]) -> tuple[int, bytes]:
    start, *rest = asyncio.run(asked(AsgiApp(app), scope_of(FORM | {"CONTENT_LENGTH": str(length)}), messages))
    return start["status"], b"".join(message["body"] for message in rest)


def _stored(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(Comment)) or 0


def test_pieces_are_put_together(app: Flask, site: str, database: Database) -> None:
    words = b"thread=a&text=Calm+words."
    assert _ask(app, len(words), in_pieces(words[:5], b"", words[5:20], words[20:], more=True))[0] < 400
    assert _stored(database) == 1


def test_a_body_that_never_comes_is_not_waited_for(app: Flask, site: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(body_reader, "PATIENCE", 0.1)
    status, said = _ask(app, 500, in_pieces(b"thread=a&text=a", more=True))
    assert (status, b"did not arrive within 0.1 s" in said) == (408, True)
    assert _ask(app, 500, [])[0] == 408


def test_only_so_much_of_unfinished_bodies_is_held(app: Flask, site: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(body_reader, "MAX_HELD_BYTES", 4_000)
    assert _ask(app, 900, in_pieces(b"t" * 400, b"t" * 500))[0] == 422
    status, said = _ask(app, 900, in_pieces(b"t" * 600, b"t" * 300))
    assert (status, b"are being sent slowly" in said) == (503, True)


def test_half_a_body_is_no_body(app: Flask, site: str, database: Database) -> None:
    """The client disconnected in the middle. A truncated form would still parse, with half of the text."""
    half = in_pieces(b"thread=a&text=Half+of", more=True)
    gone = {"type": "http.disconnect"}
    for left in ([*half, gone], [*half, gone, gone], [*half, *in_pieces(b"")], in_pieces(b"thread=a&text=Half+of")):
        assert _ask(app, 40, left)[0] == 422
    assert _stored(database) == 0


def test_a_body_that_is_too_long_is_not_read(app: Flask, site: str) -> None:
    messages = in_pieces(b"t" * 1_000, more=True)
    assert _ask(app, 10_000_000, messages)[0] == 413


def test_json_says_it_too(app: Flask, site: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(body_reader, "PATIENCE", 0.1)
    scope = scope_of(FORM | {"REQUEST_URI": "/v1/comments", "CONTENT_TYPE": "application/json", "CONTENT_LENGTH": "90"})
    scope["headers"].append((b"authorization", b"Bearer grk_wrong"))
    start, end = asyncio.run(asked(AsgiApp(app), scope, in_pieces(b"{", more=True)))
    assert (start["status"], json.loads(end["body"])["code"]) == (408, "too_slow")


def test_a_body_that_was_packed_on_its_way_is_refused(app: Flask, site: str, database: Database) -> None:
    scope = scope_of(FORM | {"HTTP_TRANSFER_ENCODING": "gzip, chunked"})
    assert asyncio.run(asked(AsgiApp(app), scope, in_pieces(b"thread=a&text=Calm+words.")))[0]["status"] == 422
    assert _stored(database) == 0
