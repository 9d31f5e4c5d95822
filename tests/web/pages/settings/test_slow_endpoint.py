"""An endpoint that answers slowly is shown as slow: on its page, in the API, by the command, in the metrics."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from service.actions.webhooks.endpoints import send_test
from service.clock import utcnow
from service.config import Settings
from service.domain.webhooks.retry_schedule import SLOW_MILLISECONDS
from service.store.db.engine import Database
from service.store.tables.accounts import Role
from service.store.tables.outbox import Endpoint
from tests.support.sign_in import Browser, html_of, moderator
from tests.support.webhook_receiver import Receiver, answers
from workers.resources.worker_resources import WorkerResources
from workers.webhooks.deliver import deliver

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
LOOPBACK = ("127.0.0.0/8",)
TOKEN = "a-token-of-the-operator"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return replace(settings, webhook_allow=LOOPBACK, webhook_timeout=60.0, metrics_token=TOKEN)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as receiver:
        yield receiver


def _tested(settings: Settings, database: Database) -> int:
    """Send a test to the only endpoint. Returns how slow the answer was."""
    resources = WorkerResources.open(settings)
    with database.writing() as session:
        send_test(session, "news", session.scalars(select(Endpoint.id)).one(), now=utcnow())
    deliver(resources, seconds=60.0)
    resources.close()
    with database.reading() as session:
        return session.scalars(select(Endpoint.slow_milliseconds)).one()


def test_a_slow_endpoint_is_shown_as_slow(
    app: Flask, client: FlaskClient, settings: Settings, database: Database, receiver: Receiver
) -> None:
    endpoint = client.post("/v1/endpoints", json={"url": receiver.url}).json
    ada = Browser(app).signed_in(moderator(database, "ada@news.example", Role.ADMIN, site="news", name="Ada"))
    receiver.behaviour = lambda request: (threading.Event().wait(SLOW_MILLISECONDS / 1000), answers(204)(request))[1]
    slow = _tested(settings, database)
    assert slow >= SLOW_MILLISECONDS
    for page in ("/settings/endpoints", f"/settings/endpoints/{endpoint['id']}"):
        assert f"slow, last answer after {round(slow / 1000, 1):g} s" in html_of(ada.get(page))
        assert f"langsam, letzte Antwort nach {round(slow / 1000, 1):g} s".replace(".", ",") in html_of(
            ada.get(page, headers={"Accept-Language": "de"})
        )
    assert [one["slow_milliseconds"] for one in client.get("/v1/endpoints").json["endpoints"]] == [slow]
    assert [one["slow_milliseconds"] for one in _listed(settings)] == [slow]
    assert "greenroom_endpoints_slow 1.0" in client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).get_data(
        as_text=True
    )


def _listed(settings: Settings) -> list[dict]:
    environ = {
        **os.environ, "GREENROOM_HOME": str(settings.home), "DATABASE_URL": settings.database,
        "GREENROOM_SECRET_KEY": settings.secret,
    }  # fmt: skip
    command = [sys.executable, "-m", "service.cli", "webhook", "list", "news"]
    lines = subprocess.run(command, env=environ, capture_output=True, text=True, check=True).stdout.splitlines()
    return [json.loads(line) for line in lines]
