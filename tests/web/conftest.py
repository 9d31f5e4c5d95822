"""Fixtures: the web application in this process, a site, and a key with all scopes."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import Undefined
from jinja2.utils import missing

from service.actions.sites.sites_and_keys import add_key, add_site
from service.config import Settings
from service.store.db.engine import Database
from service.store.tables.sites import Scope
from service.web.app import create_app
from workers.checking.check_pending import check_pending
from workers.resources.worker_resources import WorkerResources


class NoSuchAttribute(Undefined):
    """Jinja writes nothing where a template names an attribute that an object lacks, so a rename goes unnoticed. Here it fails. Keys of
    a dict, and variables that a page does not set, may be missing.
    """

    def _demand(self) -> None:
        if self._undefined_obj is not missing and not isinstance(self._undefined_obj, dict):
            self._fail_with_undefined_error()

    def __str__(self) -> str:
        self._demand()
        return ""

    def __bool__(self) -> bool:
        self._demand()
        return False

    def __iter__(self) -> Iterator[Any]:
        self._demand()
        return iter(())


@pytest.fixture(autouse=True)
def strict_templates(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Flask, "jinja_options", {**Flask.jinja_options, "undefined": NoSuchAttribute})


@pytest.fixture
def site(database: Database) -> str:
    """A site. Returns its id."""
    with database.writing() as session:
        add_site(session, "news", origins=["https://news.example", "http://localhost:4000"], now=datetime.now(UTC))
    return "news"


@pytest.fixture
def key(database: Database, site: str) -> str:
    """A key of the site with all scopes."""
    with database.writing() as session:
        return add_key(session, site, scopes=list(Scope), now=datetime.now(UTC))[1]


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    app = create_app(settings)
    yield app
    app.extensions["greenroom"].close()


@pytest.fixture
def client(app: Flask, key: str) -> FlaskClient:
    """A client that sends the key with every request."""
    client = app.test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {key}"
    return client


@pytest.fixture
def settle_all(settings: Settings) -> Iterator[Callable[[], int]]:
    """Gives all pending comments their verdicts, as the workers do."""
    resources = WorkerResources.open(settings)
    yield lambda: check_pending(resources)
    resources.database.close()


@pytest.fixture
def post(client: FlaskClient) -> Callable[..., str]:
    """Posts a calm comment. Returns its id."""

    def post(text: str = "What a thoughtful article, thank you.", **fields: object) -> str:
        body = {"thread": {"id": "a-page"}, "text": text, **fields}
        response = client.post("/v1/comments", json=body)
        assert response.status_code == 202, response.get_data(as_text=True)
        return response.json["id"]

    return post
