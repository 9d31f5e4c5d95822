"""Fixtures for clients of Akismet's protocol: a key, a client that sends nothing else, and verdicts that are not sampled."""

from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient

from service.actions.sites.sites_and_keys import add_akismet_key
from service.config import Settings
from service.domain.policy import site_thresholds
from service.domain.security.pseudonyms import Pseudonymizer
from service.store.db.engine import Database


@pytest.fixture
def token(database: Database, settings: Settings, site: str) -> str:
    """A key for clients of Akismet's protocol."""
    with database.writing() as session:
        pseudonyms = Pseudonymizer.from_secret(settings.secret)
        return add_akismet_key(session, "news", pseudonyms=pseudonyms, now=datetime.now(UTC))[1]


@pytest.fixture
def plugin(app: Flask) -> FlaskClient:
    """A client without an API key of ours."""
    return app.test_client()


@pytest.fixture
def no_audit(monkeypatch: pytest.MonkeyPatch) -> None:
    """No sampling. Otherwise one approved comment in fifty would be held for a person."""
    monkeypatch.setattr(site_thresholds, "SAMPLE", 0)
