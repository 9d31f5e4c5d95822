"""Idempotency keys: stored data does not let anyone test guesses of an e-mail or IP address, and erasing removes it."""

import gzip
import hashlib
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select
from werkzeug.test import Client, TestResponse

from service.actions.sites.sites_and_keys import add_key, add_site
from service.config import Settings
from service.store.db.engine import Database
from service.store.tables.idempotency import IdempotencyKey
from service.store.tables.sites import Scope
from service.web.app import create_app
from service.web.server.asgi import AsgiApp
from tests.commands.conftest import Greenroom
from tests.support.fast_path_app import Front

EMAIL, ADDRESS = "secret.person@mail.example", "203.0.113.177"
#: A host may choose anything for a key, also the e-mail of the author.
KEY = f"comment-of-{EMAIL}"
BODY = {"thread": {"id": "a-page"}, "text": "A calm word.", "author": {"email": EMAIL}, "context": {"ip": ADDRESS}}
EXACT = json.dumps(BODY).encode()
#: Through the fast path, where ordinary comments never reach Flask, and directly to the Flask view.
LANES = ("front", "view")
Send = Callable[..., TestResponse]


@pytest.fixture
def send(settings: Settings, database: Database) -> Iterator[Send]:
    with database.writing() as session:
        add_site(session, "news", origins=["https://news.example"], now=datetime.now(UTC))
        token = add_key(session, "news", scopes=list(Scope), now=datetime.now(UTC))[1]
    app = create_app(settings)
    clients = {"front": Client(Front(AsgiApp(app))), "view": Client(app)}

    def send(body: bytes = EXACT, *, key: str = KEY, lane: str = "view", method: str = "POST", to: str = "") -> TestResponse:
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": key, "Content-Type": "application/json"}
        clients[lane].get("/v1/comments", headers=headers)  # The fast path needs a cached API key.
        return clients[lane].open(f"/v1/comments{to}", method=method, data=body, headers=headers)

    yield send
    app.extensions["greenroom"].close()


def _rows(database: Database) -> list[IdempotencyKey]:
    with database.reading() as session:
        return list(session.scalars(select(IdempotencyKey)))


def _copy(greenroom: Greenroom, path: Path, *words: str) -> bytes:
    copied = greenroom(*words, str(path))
    assert copied.exit_code == 0, copied.output
    return gzip.decompress(path.read_bytes())


def _traces() -> list[bytes]:
    """The values that an attacker would search for who knows or guesses the body and the key."""
    traces = [KEY.encode(), EMAIL.encode(), ADDRESS.encode()]
    for guess in (EXACT, KEY.encode()):
        traces += [hashlib.sha256(guess).hexdigest().encode(), hashlib.sha256(guess).digest()]
    return traces


@pytest.mark.parametrize("lane", LANES)
def test_what_is_kept_of_a_request_says_nothing_without_the_root_secret(send: Send, database: Database, lane: str) -> None:
    assert send(lane=lane).status_code == 202
    (row,) = _rows(database)
    kept = f"{row.key} {row.body_digest}".encode()
    assert [trace for trace in _traces() if trace in kept] == []
    assert (len(row.key), len(row.body_digest)) == (64, 64)
    assert row.key != row.body_digest


@pytest.mark.parametrize("first", LANES)
@pytest.mark.parametrize("second", LANES)
def test_both_lanes_know_the_same_request_again(send: Send, database: Database, first: str, second: str) -> None:
    answer, again = send(lane=first), send(lane=second)
    assert (again.status_code, again.json, again.headers["Idempotent-Replayed"]) == (202, answer.json, "true")
    other = send(EXACT.replace(b"calm", b"kind"), lane=second)
    assert (other.status_code, other.json["code"]) == (422, "idempotency_key_reused")
    assert len(_rows(database)) == 1


def test_the_same_key_and_body_on_another_site_leave_another_hash(settings: Settings, database: Database, send: Send) -> None:
    send()
    with database.writing() as session:
        add_site(session, "blog", origins=["https://blog.example"], now=datetime.now(UTC))
        token = add_key(session, "blog", scopes=list(Scope), now=datetime.now(UTC))[1]
    app = create_app(settings)
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": KEY, "Content-Type": "application/json"}
    assert Client(app).post("/v1/comments", data=EXACT, headers=headers).status_code == 202
    app.extensions["greenroom"].close()
    one, other = _rows(database)
    assert {one.key, one.body_digest}.isdisjoint({other.key, other.body_digest})


def test_neither_a_backup_nor_an_export_takes_them_along(
    send: Send, greenroom: Greenroom, database: Database, tmp_path: Path
) -> None:
    send()
    (row,) = _rows(database)
    backup, export = tmp_path / "all.jsonl.gz", tmp_path / "news.jsonl.gz"
    for copy in (_copy(greenroom, backup, "backup"), _copy(greenroom, export, "export", "news")):
        assert b"A calm word." in copy
        assert [trace for trace in [b"idempotency_key", row.key.encode(), *_traces()] if trace in copy] == []
    for file, command in ((backup, "restore"), (export, "import")):
        there = Database(f"sqlite:///{tmp_path / command}.db")
        assert greenroom("db", "upgrade", on=there.url).exit_code == 0
        assert greenroom(command, str(file), on=there.url).exit_code == 0
        assert _rows(there) == []
        there.close()


@pytest.mark.parametrize("way", ["by e-mail", "by id", "by age"])
def test_erasing_a_comment_leaves_nothing_of_its_request(
    send: Send, greenroom: Greenroom, settings: Settings, database: Database, tmp_path: Path, way: str
) -> None:
    made = send()
    other = send(EXACT.replace(EMAIL.encode(), b"ada@news.example"), key="another")
    (row,) = [one for one in _rows(database) if str(one.comment_id) == made.json["id"]]
    gone = [*_traces(), row.key.encode(), row.body_digest.encode()]
    match way:
        case "by id":
            assert send(b"", method="DELETE", to=f"/{made.json['id']}").status_code == 204
            database.wipe()
        case "by e-mail":
            assert json.loads(greenroom("erase", "news", "--email", EMAIL, "--yes", "--json").output)["erased"] == 1
        case "by age":
            assert json.loads(greenroom("erase", "news", "--older-than", "0", "--yes", "--json").output)["erased"] == 2
    left = {str(one.comment_id) for one in _rows(database)}
    assert left == (set() if way == "by age" else {other.json["id"]})
    copies = [_copy(greenroom, tmp_path / "all.gz", "backup"), _copy(greenroom, tmp_path / "news.gz", "export", "news")]
    database.close()
    # On PostgreSQL tests/commands/test_erased_files.py searches the files of a whole cluster.
    files = [path.read_bytes() for path in tmp_path.glob("greenroom.db*")] if settings.on_sqlite else []
    assert [trace for trace in gone for content in [*copies, *files] if trace in content] == []


def test_the_key_of_an_erased_comment_is_free_again_and_the_hosts_own_id_is_not(send: Send) -> None:
    """A deleted key is not recognised again. But the tombstone has the `external_id`, so a late retry restores nothing."""
    first = send()
    send(b"", method="DELETE", to=f"/{first.json['id']}")
    again = send()
    assert (again.status_code, "Idempotent-Replayed" in again.headers) == (202, False)
    assert again.json["id"] != first.json["id"]
    named = json.dumps({**BODY, "external_id": "wp-1"}).encode()
    second = send(named, key="k2")
    send(b"", method="DELETE", to=f"/{second.json['id']}")
    assert send(named, key="k2").status_code == 409
