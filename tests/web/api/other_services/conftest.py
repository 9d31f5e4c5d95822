"""Fixtures for the doors of other services' protocols: a web process that has the checks, and one key."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient

from service.actions.sites.sites_and_keys import add_key
from service.config import Settings
from service.processes.trial import trial
from service.store.db.engine import Database
from service.store.tables.sites import Scope
from service.web.app import create_app


@pytest.fixture
def judging_app(settings: Settings) -> Iterator[Flask]:
    app = create_app(settings, trial=trial)
    yield app
    app.extensions["greenroom"].close()


@pytest.fixture
def door(judging_app: Flask) -> FlaskClient:
    """A client without a key: each protocol has its own way to send one."""
    return judging_app.test_client()


@pytest.fixture
def key_with(database: Database, site: str) -> Callable[..., str]:
    """Makes a key of the site with these scopes."""

    def key_with(*scopes: str) -> str:
        with database.writing() as session:
            return add_key(session, site, scopes=[Scope(scope) for scope in scopes], now=datetime.now(UTC))[1]

    return key_with
