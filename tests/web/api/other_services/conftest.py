"""Fixtures for the doors of other services' protocols: a web process that has the checks, and one key."""

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from service.config import Settings
from service.processes.trial import trial
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
