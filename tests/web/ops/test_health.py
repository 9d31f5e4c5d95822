"""The health routes, for load balancers and operators."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text, update

from service.config import Settings
from service.store.db import migrate, schema_version
from service.store.db.engine import Database
from service.store.db.schema_version import known_revisions
from service.store.tables.comments import Comment
from service.web.app import create_app
from service.web.ops import health
from tests.support.servers import Redis, free_port


def test_the_newest_revision_is_known_without_alembic() -> None:
    assert known_revisions()[-1] == migrate.newest()


def test_a_process_is_alive_without_asking_anybody(settings: Settings) -> None:
    app = create_app(settings)
    assert app.test_client().get("/livez").json == {"status": "ok"}
    app.extensions["greenroom"].close()


def test_ready_tells_schema_broker_and_the_oldest_pending(client: FlaskClient, database: Database, post) -> None:
    post()
    with database.writing() as session:
        session.execute(update(Comment).values(received_at=datetime.now(UTC) - timedelta(seconds=40)))
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json["schema_state"] == "current"
    assert answer.json["broker"] == "none"
    assert 40 <= answer.json["oldest_pending_seconds"] < 600


@pytest.mark.parametrize(("revision", "status"), [("0150", 503), ("0022", 503), ("9999", 200)])
def test_an_older_schema_is_not_ready_and_a_newer_one_is(
    client: FlaskClient, database: Database, monkeypatch: pytest.MonkeyPatch, revision: str, status: int
) -> None:
    monkeypatch.setattr(schema_version, "known_revisions", lambda: ("0100", "0150", "0200"))
    with database.writing() as session:
        session.execute(text("UPDATE alembic_version SET version_num = :revision"), {"revision": revision})
    assert client.get("/readyz").status_code == status


def test_a_database_that_was_never_migrated_is_not_ready(client: FlaskClient, database: Database) -> None:
    with database.writing() as session:
        session.execute(text("DROP TABLE alembic_version"))
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json["schema_state"]) == (503, "missing")


def test_a_broker_is_reported_and_one_that_is_away_leaves_the_process_ready(
    settings: Settings, redis_server: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    for url, word in ((redis_server.url, "ok"), (f"redis://127.0.0.1:{free_port()}/0", "away")):
        health._broker.clear()
        app = _app(settings, redis_url=url)
        answer = app.test_client().get("/readyz")
        app.extensions["greenroom"].close()
        assert (answer.status_code, answer.json["broker"]) == (200, word)


TOKEN = "let me see"


def test_metrics_count_what_waits_and_time_requests_by_route(client: FlaskClient, settings: Settings, post, settle_all) -> None:
    comment = post()
    settle_all()
    post("Another calm one.")
    client.get(f"/v1/comments/{comment}")
    with _client(settings, metrics_token=TOKEN) as operator:
        shown = operator.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).get_data(as_text=True)
    assert "greenroom_pending 1.0" in shown
    assert "greenroom_approved 1.0" in shown
    assert "greenroom_oldest_pending_seconds " in shown
    assert 'greenroom_request_seconds_count{endpoint="comments.get_comment",method="GET",status="200"}' in shown
    assert comment not in shown


def test_metrics_are_for_this_machine_only(settings: Settings) -> None:
    with _client(settings, public_url="") as client:
        assert client.get("/metrics", environ_overrides={"REMOTE_ADDR": "203.0.113.5"}).status_code == 403
        assert client.get("/metrics", headers={"X-Forwarded-For": "203.0.113.5"}).status_code == 403
        assert client.get("/metrics", environ_overrides={"REMOTE_ADDR": "::1"}).status_code == 200


def test_metrics_are_not_shown_through_the_plainest_proxy(settings: Settings) -> None:
    """nginx with only `proxy_pass`: the request comes from this machine, to this machine, and names no other client."""
    assert settings.public_url
    with _client(settings) as client:
        assert client.get("/metrics", base_url="http://127.0.0.1:8000").status_code == 403
    with _client(settings, public_url="") as client:
        assert client.get("/metrics", environ_overrides={"SERVER_PROTOCOL": "HTTP/1.0"}).status_code == 403


def test_a_token_opens_metrics_and_nothing_else_does(settings: Settings) -> None:
    for public_url in ("", "https://comments.news.example"):
        with _client(settings, metrics_token=TOKEN, public_url=public_url) as client:
            assert client.get("/metrics").status_code == 403
            assert client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).status_code == 200


@contextmanager
def _client(settings: Settings, **changed: str) -> Iterator[FlaskClient]:
    app = _app(settings, **changed)
    yield app.test_client()
    app.extensions["greenroom"].close()


def _app(settings: Settings, **changed: str) -> Flask:
    from dataclasses import replace

    return create_app(replace(settings, **changed))
