"""Whatever is stored, logged, copied or queued lets nobody without the root secret confirm a guess at an e-mail or IP address."""

import base64
import gzip
import hashlib
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import pytest
import redis
from sqlalchemy import select, text
from werkzeug.test import Client

from service import logs
from service.actions.sites.sites_and_keys import add_akismet_key, add_key, add_site
from service.config import Settings
from service.domain.security.pseudonyms import Pseudonymizer
from service.store.db.column_types import Record
from service.store.db.engine import Database
from service.store.tables.comments import Comment
from service.store.tables.sites import Scope
from service.web.app import create_app
from tests.commands.conftest import Greenroom
from tests.support.guesses import Guesses, bodies, spellings
from tests.support.servers import Redis
from workers.checking.check_pending import check_pending
from workers.resources.worker_resources import WorkerResources

EMAIL, IPV4, IPV6 = "Secret.Person@Mail.Example", "203.0.113.177", "2001:db8:7:9::2a17"
AUTHOR = {"name": "A reader", "email": EMAIL}
REFERRER = f"https://news.example/a?mail={EMAIL}&from={IPV4}#{EMAIL}"
BODIES = [
    {"thread": {"id": "a-page"}, "text": f"A calm word from {ip[:4]}.", "author": AUTHOR | more, "context": {"ip": ip, "referrer": REFERRER}}
    for ip, more in ((IPV4, {}), (IPV6, {"id": "reader-7"}))
]  # fmt: skip
REPORT = {
    "kind": "illegal",
    "reason": "hate",
    "text": "Look.",
    "name": "A reader",
    "email": EMAIL,
    "good_faith": True,
    "ip": IPV4,
}
GUESSES = Guesses(
    [
        *spellings(EMAIL, IPV4, IPV6),
        *(guess for body in BODIES for guess in bodies(body, body["author"], body["context"])),
        *bodies({"name": "A reader", "email": EMAIL}, AUTHOR),
    ]
)


def test_the_search_finds_what_it_is_to_find() -> None:
    digest = hashlib.sha256(EMAIL.lower().encode()).digest()
    for planted in (EMAIL.encode(), digest, digest.hex().upper().encode()[:40], base64.b64encode(digest), hashlib.md5(bodies(BODIES[0])[0]).hexdigest().encode()):  # fmt: skip
        assert GUESSES.traces_in(b"x" * 9 + planted + b"y"), planted
    assert GUESSES.traces_in(b"x" * 1000) == []


@pytest.fixture
def lines() -> Iterator[StringIO]:
    """Everything that is logged, at the lowest level, as the processes write it."""
    root, stream = logging.getLogger(), StringIO()
    before = (root.handlers[:], root.level, logging.lastResort, logging.raiseExceptions, logging.getLogger("greenroom").level)
    logs.configure("web", level="debug", style="json", stream=stream)
    root.setLevel(logging.DEBUG)
    yield stream
    root.handlers[:], logging.lastResort, logging.raiseExceptions = before[0], before[2], before[3]
    root.setLevel(before[1])
    logging.getLogger("greenroom").setLevel(before[4])


@contextmanager
def clients(settings: Settings) -> Iterator[tuple[Client, Client]]:
    """A host and a reader. The reader's browser has the IPv4 address."""
    app = create_app(settings)
    host, reader = Client(app), Client(app)
    yield host, reader
    app.extensions["greenroom"].close()


def leave_traces(settings: Settings, database: Database) -> None:
    """A person comments through the API, the form and Akismet's protocol, reports, complains, and tries to sign in."""
    now = datetime.now(UTC)
    with database.writing() as session:
        add_site(session, "news", origins=["https://news.example"], now=now)
        headers = {"Authorization": f"Bearer {add_key(session, 'news', scopes=list(Scope), now=now)[1]}"}
        akismet = add_akismet_key(session, "news", pseudonyms=Pseudonymizer.from_secret(settings.secret), now=now)[1]
    worker = WorkerResources.open(settings)
    with clients(settings) as (host, reader):
        browser = {"environ_base": {"REMOTE_ADDR": IPV4}, "headers": {"Referer": REFERRER}}
        made = [
            host.post("/v1/comments", json=body, headers=headers | {"Idempotency-Key": f"{EMAIL}-{n}"}).json["id"]
            for n, body in enumerate(BODIES)
        ]
        form = {"thread": "a-page", "text": "By the form.", "name": "A reader", "email": EMAIL}
        assert reader.post("/f/news", data=form, **browser).status_code == 303
        checked = {"api_key": akismet, "user_ip": IPV4, "comment_author_email": EMAIL, "comment_content": "By the plug-in.", "comment_author": "A reader", "permalink": "https://news.example/a"}  # fmt: skip
        assert reader.post("/1.1/comment-check", data=checked).status_code == 200
        check_pending(worker)
        assert host.post("/v1/reports", json=REPORT | {"comment": made[0]}, headers=headers).status_code == 201
        decision = {"decision": "reject", "reason": "insult"}
        assert host.post(f"/v1/comments/{made[0]}/decision", json=decision, headers=headers).status_code == 200
        complaint = {"text": "Why?", "name": "A reader", "email": EMAIL}
        assert host.post(f"/v1/comments/{made[0]}/complaint", json=complaint, headers=headers).status_code == 201
        origin = browser["headers"] | {"Origin": "http://greenroom.example"}
        for path, sent in (("/sign-in", {"email": EMAIL, "password": "x"}), ("/sign-in/link/send", {"email": EMAIL})):
            assert reader.post(path, data=sent, environ_base={"REMOTE_ADDR": IPV4}, headers=origin).status_code in (200, 422)
        for wrong in (b'{"author": {"email": "' + EMAIL.encode(), json.dumps(BODIES[0] | {EMAIL: IPV4}).encode()):
            answer = host.post("/v1/comments", data=wrong, content_type="application/json", headers=headers)
            assert answer.status_code in (400, 422)
        assert host.post("/v1/persons/export", json={"email": EMAIL}, headers=headers).json["comments"]
    worker.close()


def stored(database: Database, greenroom: Greenroom, broker: redis.Redis, folder: Path) -> dict[str, bytes]:
    """Everything that a thief may get, by where it lies."""
    with database.reading() as session:
        names = [t.name for t in Record.metadata.sorted_tables]
        tables = {f"table {name}": repr(session.execute(text(f'SELECT * FROM "{name}"')).all()).encode() for name in names}
    copies = {}
    for words in (("backup",), ("export", "news")):
        path = folder / f"{words[0]}.gz"
        assert greenroom(*words, str(path)).exit_code == 0
        copies[words[0]] = gzip.decompress(path.read_bytes())
    queue = {f"queue {key!r}": key + (broker.dump(key) or b"") for key in broker.scan_iter()}
    files = {path.name: path.read_bytes() for path in folder.glob("greenroom.db*")}
    return tables | copies | queue | files


def traces(places: dict[str, bytes]) -> dict[str, list[str]]:
    return {place: found for place, content in places.items() if (found := GUESSES.traces_in(content))}


def test_nothing_that_is_stored_confirms_a_guess_before_or_after_erasing(
    settings: Settings, database: Database, greenroom: Greenroom, redis_server: Redis, tmp_path: Path, lines: StringIO
) -> None:
    with redis.Redis(port=redis_server.port, db=7) as broker:
        broker.flushdb()
        mail = {"mail_url": "smtp://localhost:9", "mail_from": "greenroom@news.example"}
        leave_traces(replace(settings, redis_url=f"redis://127.0.0.1:{redis_server.port}/7", **mail), database)
        assert traces(stored(database, greenroom, broker, tmp_path)) == {}
        erased = greenroom("erase", "news", "--email", EMAIL.upper(), "--yes", "--json")
        assert json.loads(erased.stdout)["erased"] == 4, erased.output
        # What knew the person again is gone, too.
        after = stored(database, greenroom, broker, tmp_path)
        pseudonyms = Pseudonymizer.from_secret(settings.secret)
        known = [pseudonyms.author(external_id="", email=EMAIL), pseudonyms.mailbox(EMAIL), pseudonyms.address(IPV4), pseudonyms.block(IPV6)]  # fmt: skip
        assert [place for place, content in after.items() for one in known if one.encode() in content] == []
        assert traces(after) == {}
        with database.reading() as session:
            assert {comment.context == {} for comment in session.scalars(select(Comment))} == {True}
    assert "comments_checked" in lines.getvalue()
    assert traces({"log": lines.getvalue().encode()}) == {}
