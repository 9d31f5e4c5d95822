"""A comment's life in one process: posted, judged, decided."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient

from service.actions.sites.sites_and_keys import add_key, add_site
from service.config import Settings
from service.store.db.engine import Database
from service.store.tables.sites import Scope
from service.web.app import create_app
from workers.checking.check_pending import check_pending
from workers.resources.worker_resources import WorkerResources


@pytest.fixture
def key(database: Database) -> str:
    with database.writing() as session:
        add_site(session, "news", origins=["https://news.example"], now=datetime.now(UTC))
        return add_key(session, "news", scopes=list(Scope), now=datetime.now(UTC))[1]


@pytest.fixture
def client(settings: Settings, key: str) -> Iterator[FlaskClient]:
    app = create_app(settings)
    client = app.test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {key}"
    yield client
    app.extensions["greenroom"].close()


def test_a_calm_comment_is_approved(client: FlaskClient, settings: Settings) -> None:
    body = {"thread": {"id": "a-page"}, "text": "What a thoughtful article, thank you."}
    posted = client.post("/v1/comments", json=body)
    assert posted.status_code == 202, posted.get_data(as_text=True)
    assert client.get(posted.headers["Location"]).json["state"] == "pending"
    resources = WorkerResources.open(settings)
    assert check_pending(resources) == 1
    resources.database.close()
    assert client.get(posted.headers["Location"]).json["state"] == "approved"
