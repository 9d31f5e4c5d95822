"""Feeds, counts and charts are read from a streaming replica: a real one, whose replay is paused, and which is stopped."""

import signal
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from service.actions.sites.sites_and_keys import add_key, add_site
from service.clock import utcnow
from service.commands import doctor
from service.commands.support import context
from service.config import Settings
from service.setting_sources import load
from service.store.comments.feed import head_of
from service.store.db.engine import Database
from service.store.db.read_replica import ReadReplica, replica_of
from service.store.tables.sites import Scope
from service.web.app import create_app
from service.web.public import feed
from service.web.resources.web_resources import resources
from tests.chaos.replication import Primary, Standby
from tests.conftest import served
from tests.support.servers import wait_until

FEED = "/v1/threads/a-page/comments?site=news&format=json"
_ON_REPLICA = text("SELECT pg_is_in_recovery()")


@pytest.fixture(scope="module")
def primary(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Primary]:
    yield from served(Primary, tmp_path_factory.mktemp("primary"))


@pytest.fixture(scope="module")
def standby(primary: Primary) -> Iterator[Standby]:
    with primary.follow() as server:
        yield server


@pytest.fixture
def settings(primary: Primary, standby: Standby, tmp_path: Path) -> Iterator[Settings]:
    standby.resume()
    url = primary.fresh_database()
    settings = load({
        "GREENROOM_HOME": str(tmp_path),
        "GREENROOM_SECRET_KEY": "a secret that only the tests know, long enough",
        "DATABASE_URL": url,
        "GREENROOM_READ_DATABASE_URL": standby.dsn(url.rpartition("/")[2]),
        "GREENROOM_READ_DATABASE_LAG": "1",
    })  # fmt: skip
    replica = replica_of(settings)
    wait_until(lambda: _exists(replica), what="the database on the replica")
    replica.close()
    yield settings
    standby.resume()
    primary.drop_database(url)


@pytest.fixture
def replica(settings: Settings) -> Iterator[ReadReplica]:
    primary = Database.of(settings)
    replica = ReadReplica(primary, replica_of(settings), most_behind=settings.read_database_lag, rest=0.1)
    yield replica
    replica.close()
    primary.close()


@pytest.fixture
def client(settings: Settings) -> Iterator[FlaskClient]:
    """A host whose web process reads feeds from the replica."""
    database = Database.of(settings)
    with database.writing() as session:
        for site in ("news", "tribune"):
            add_site(session, site, origins=[f"https://{site}.example"], now=utcnow())
        key = add_key(session, "news", scopes=list(Scope), now=utcnow())[1]
    database.close()
    yield from _client(settings, key)


def test_an_idle_primary_leaves_its_replica_current(replica: ReadReplica, primary: Primary) -> None:
    wait_until(lambda: _on_replica(replica), what="the replica")
    primary.query("SELECT pg_switch_wal()")
    replica.note_write()
    wait_until(lambda: _on_replica(replica), what="the replica after a switch of the log")


def test_a_replica_that_falls_behind_is_not_read_until_it_has_caught_up(
    replica: ReadReplica, primary: Primary, standby: Standby
) -> None:
    wait_until(lambda: _on_replica(replica), what="the replica")
    standby.pause()
    primary.query("SELECT txid_current()")
    wait_until(lambda: not _on_replica(replica), what="the primary")
    standby.resume()
    wait_until(lambda: _on_replica(replica), what="the replica")


def test_what_this_process_wrote_is_read_at_once(replica: ReadReplica, primary: Primary, standby: Standby) -> None:
    wait_until(lambda: _on_replica(replica), what="the replica")
    standby.pause()
    primary.query("SELECT txid_current()")
    replica.note_write()
    assert not _on_replica(replica)


def test_a_replica_that_stops_is_not_missed_and_is_read_when_it_is_back(replica: ReadReplica, standby: Standby) -> None:
    wait_until(lambda: _on_replica(replica), what="the replica")
    standby.stop(signal.SIGQUIT)
    assert not _on_replica(replica)
    standby.start()
    wait_until(lambda: _on_replica(replica), what="the replica")


def test_a_query_that_the_replica_refuses_is_answered_by_the_primary(replica: ReadReplica) -> None:
    wait_until(lambda: _on_replica(replica), what="the replica")
    assert replica.read(lambda session: session.scalar(text("SELECT txid_current()")))


def test_a_feed_shows_a_decision_while_the_replica_stands_still(
    client: FlaskClient, settings: Settings, standby: Standby
) -> None:
    other = next(_client(settings, client.environ_base["HTTP_AUTHORIZATION"].removeprefix("Bearer ")))
    first = _approved(client, "The first one.")
    wait_until(lambda: _shown(other) == [first], what="the feed of another process")
    standby.pause()
    second = _approved(client, "The second one.")
    assert _shown(client) == [first, second]
    assert client.get("/v1/counts?site=news&thread=a-page").json["counts"] == {"a-page": 2}
    wait_until(lambda: _shown(other) == [first, second], what="the bound of the replica's lag")
    other.application.extensions["greenroom"].close()


def test_a_page_is_never_older_than_its_head(client: FlaskClient, settings: Settings, standby: Standby) -> None:
    """The head may come from the primary, or from another replica."""
    _approved(client, "The first one.")
    patient = next(_client(replace(settings, read_database_lag=3600.0), ""))
    wait_until(lambda: len(_shown(patient)) == 1, what="the feed")
    standby.pause()
    second = _approved(client, "The second one.")
    with patient.application.test_request_context(FEED):
        asked = feed._feed_request("a-page")
        head = resources().replica.read_primary(lambda session: head_of(session, asked.site.id, asked.id))
        assert str(feed._read(asked, head)[0].comments[-1].id) == second
    patient.application.extensions["greenroom"].close()


def test_doctor_knows_a_replica_that_stands_still(
    settings: Settings, primary: Primary, standby: Standby, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("database_url", "read_database_url", "read_database_lag"):
        monkeypatch.setenv(f"GREENROOM_{name.upper()}", str(getattr(settings, name)))
    for cached in (context.settings, context.new_database):
        cached.cache_clear()
    wait_until(lambda: doctor._replica().ok is True, what="the replica to catch up within its bound")
    standby.pause()
    primary.query("SELECT txid_current()")
    found = doctor._replica()
    assert (found.ok, found.says) == (False, "it is more than 1 s behind")
    context.new_database().close()
    for cached in (context.settings, context.new_database):
        cached.cache_clear()


def test_of_several_hosts_the_one_that_takes_writes_is_used(settings: Settings, primary: Primary, standby: Standby) -> None:
    name = settings.database_url.rpartition("/")[2]
    hosts = f"127.0.0.1:{standby.port},127.0.0.1:{primary.port}"
    database = Database.of(load({"DATABASE_URL": f"postgresql://postgres@{hosts}/{name}"}))
    with database.reading() as session:
        assert session.scalar(_ON_REPLICA) is False
    database.close()


def test_feeds_are_read_while_the_primary_is_away(
    settings: Settings, client: FlaskClient, primary: Primary, standby: Standby
) -> None:
    key = client.environ_base["HTTP_AUTHORIZATION"].removeprefix("Bearer ")
    patient = next(_client(replace(settings, read_database_lag=3600.0), key))
    first = _approved(client, "The first one.")
    wait_until(lambda: _shown(patient) == [first], what="the feed")
    standby.pause()
    _approved(patient, "Only the primary has this one.")
    primary.stop(signal.SIGQUIT)
    wait_until(lambda: patient.get(FEED).status_code == 200, what="the feed of the replica")
    # Neither this site nor its page is in a cache.
    assert patient.get(FEED.replace("news", "tribune")).status_code == 200
    primary.start()
    patient.application.extensions["greenroom"].close()


def test_a_promoted_standby_takes_the_writes_and_the_reads(tmp_path: Path) -> None:
    """With servers of its own, since one of them is gone afterwards."""
    primary = Primary.find(tmp_path)
    if primary is None:
        pytest.skip("PostgreSQL is not to be had on this machine")
    with primary, primary.follow() as standby:
        primary.wait_for_standby()
        url = f"postgresql://postgres@127.0.0.1:{primary.port},127.0.0.1:{standby.port}/postgres"
        settings = load({"DATABASE_URL": url, "GREENROOM_READ_DATABASE_URL": f"{standby.dsn('postgres')}?application_name=reads"})
        database = Database.of(settings)
        replica = ReadReplica(database, replica_of(settings), most_behind=5.0, rest=0.1)
        with database.writing() as session:
            session.execute(text("CREATE TABLE kept AS SELECT 1 AS number"))
        wait_until(lambda: _on_replica(replica), what="the standby")
        primary.die()
        standby.promote()
        wait_until(lambda: _takes_writes(database), what="the new primary")
        wait_until(lambda: _client_name(replica) == "reads", what="a read as from a replica")
        assert replica.read(lambda session: session.scalar(text("SELECT sum(number) FROM kept"))) == 2
        replica.close()
        database.close()


def _client(settings: Settings, key: str) -> Iterator[FlaskClient]:
    app = create_app(settings)
    client = app.test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {key}"
    yield client
    app.extensions["greenroom"].close()


def _approved(client: FlaskClient, words: str) -> str:
    """Post a comment and approve it. Returns its id."""
    body = {"thread": {"id": "a-page"}, "text": words}
    comment: str = client.post("/v1/comments", json=body).json["id"]
    assert client.post(f"/v1/comments/{comment}/decision", json={"decision": "approve"}).status_code == 200
    return comment


def _shown(client: FlaskClient) -> list[str]:
    return [comment["id"] for comment in client.get(FEED).json["comments"]]


def _on_replica(replica: ReadReplica) -> bool:
    ask: Callable[[Session], bool] = lambda session: bool(session.scalar(_ON_REPLICA))  # noqa: E731
    return replica.read(ask)


def _exists(database: Database) -> bool:
    try:
        database.engine.connect().close()
    except Exception:
        return False
    return True


def _takes_writes(database: Database) -> bool:
    try:
        with database.writing() as session:
            session.execute(text("INSERT INTO kept VALUES (1)"))
    except DBAPIError:
        return False
    return True


def _client_name(replica: ReadReplica) -> str:
    return replica.read(lambda session: str(session.scalar(text("SHOW application_name"))))
