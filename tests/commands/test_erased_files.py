"""After erasing, a search of all PostgreSQL files finds nothing: tables, indexes, write-ahead log, server log."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import inspect

from service.actions.accounts.moderators import add_moderator
from service.actions.comments.edit_erase import edit
from service.actions.comments.submit import Submission, submit
from service.commands.erase import ERASED_FROM
from service.domain.ids import new_id
from service.domain.security.request_hashes import RequestHashes
from service.setting_sources import load
from service.store.db.engine import Database
from service.store.tables.moderation import Note
from tests.commands.conftest import Greenroom
from tests.support.factories import PSEUDONYMS, draft, site, submitted
from tests.support.servers import Postgres
from workers.checking.check_pending import check_pending
from workers.resources.worker_resources import WorkerResources

SECRET = "quetzalcoatlus"


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Postgres]:
    """A separate PostgreSQL cluster, which deletes WAL segments instead of recycling them."""
    server = Postgres.find(tmp_path)
    if server is None:
        pytest.skip("PostgreSQL is not to be had on this machine")
    plain = server.command
    options = ("wal_recycle=off", "min_wal_size=32MB", "autovacuum=off", "log_statement=none")
    server.command = lambda: [*plain(), *(part for option in options for part in ("-c", option))]  # type: ignore[method-assign]
    with server:
        yield server


def found(server: Postgres, words: tuple[str, ...]) -> dict[str, list[str]]:
    """The words that are found in the cluster's files and its log, with the file names."""
    standing: dict[str, list[str]] = {}
    for path in server.folder.rglob("*"):
        try:
            content = path.read_bytes() if path.is_file() else b""
        except FileNotFoundError:
            continue
        for word in words:
            if word.encode() in content:
                standing.setdefault(word, []).append(str(path.relative_to(server.folder)))
    return standing


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_no_file_of_postgresql_holds_what_was_erased(greenroom: Greenroom, cluster: Postgres) -> None:
    now, address = datetime.now(UTC), cluster.fresh_database()
    settings = load({"DATABASE_URL": address, "GREENROOM_SECRET_KEY": "a secret that only the tests know, long enough"})
    database = Database(settings.database)
    author = {"name": f"Dana {SECRET}", "email": "dana@dimorphodon.example", "url": f"https://{SECRET}.example"}
    with database.writing() as session:
        site(session)
        mine = submitted(
            session,
            *(draft(f"I saw a {SECRET}, {n} times.", author=author, context={"ip": "192.0.2.77"}) for n in range(3)),
            now=now,
        )
        hashes = RequestHashes.from_secret(settings.secret)
        request = Submission.sent("news", draft("Again.", author=author), key="once", body=b"a body", hashes=hashes)
        submit(session, [request], pseudonyms=PSEUDONYMS, now=now)
        submitted(session, draft("The archaeopteryx stays."), now=now)
        moderator = add_moderator(session, "mo@news.example", now=now)
        edit(session, "news", mine[0], f"No, the {SECRET} saw me.", version=None, now=now + timedelta(seconds=1))
        session.add(Note(id=new_id(), site_id="news", comment_id=mine[2], moderator_id=moderator.id, text=SECRET, at=now))
    resources = WorkerResources.open(settings)
    check_pending(resources)
    resources.close()
    gone = (SECRET, "dimorphodon", PSEUDONYMS.author(external_id="", email=author["email"])[2:], PSEUDONYMS.address("192.0.2.77"))
    gone += (request.key, request.body_digest)
    # The names come from the tables, so that a new table is included.
    assert set(ERASED_FROM) <= set(inspect(database.engine).get_table_names())
    before = found(cluster, (*gone, "archaeopteryx"))
    assert set(before) == {*gone, "archaeopteryx"}

    erased = greenroom("erase", "news", "--email", author["email"], "--rewrite", "--yes", "--json", on=settings.database)
    assert json.loads(erased.output)["erased"] == 4, erased.output
    # A checkpoint deletes the files of rewritten tables and old WAL segments.
    database.rewrite(())
    after = found(cluster, (*gone, "archaeopteryx"))
    database.close()
    assert "archaeopteryx" in after
    assert {word: places for word, places in after.items() if word in gone} == {}
