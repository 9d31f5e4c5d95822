"""A web process in this very process: its application, a site, and a key that may do everything."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient

from service.actions.sites.sites_and_keys import add_key, add_site
from service.config import Settings
from service.store.db.engine import Database
from service.store.tables.sites import Scope
from service.web.app import create_app
from workers.checking.check_pending import check_pending
from workers.resources.worker_resources import WorkerResources


@pytest.fixture
def site(database: Database) -> str:
    """The id of a site."""
    with database.writing() as session:
        add_site(session, "news", origins=["https://news.example", "http://localhost:4000"], now=datetime.now(UTC))
    return "news"


@pytest.fixture
def key(database: Database, site: str) -> str:
    """A key of the site that may do everything."""
    with database.writing() as session:
        return add_key(session, site, scopes=list(Scope), now=datetime.now(UTC))[1]


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    app = create_app(settings)
    yield app
    app.extensions["greenroom"].close()


@pytest.fixture
def client(app: Flask, key: str) -> FlaskClient:
    """A client that shows the key with every request."""
    client = app.test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {key}"
    return client


@pytest.fixture
def settle_all(settings: Settings) -> Iterator[Callable[[], int]]:
    """Gives every pending comment its verdict, as the workers do."""
    workshop = WorkerResources.open(settings)
    yield lambda: check_pending(workshop)
    workshop.database.close()


@pytest.fixture
def post(client: FlaskClient) -> Callable[..., str]:
    """Posts a calm comment and gives back its id."""

    def post(text: str = "What a thoughtful article, thank you.", **fields: object) -> str:
        body = {"thread": {"id": "a-page"}, "text": text, **fields}
        response = client.post("/v1/comments", json=body)
        assert response.status_code == 202, response.get_data(as_text=True)
        return response.json["id"]

    return post
