"""Fixtures for the tests of pages: the application, with one site."""

from collections.abc import Iterator

import pytest
from flask import Flask

from service.config import Settings
from tests.support.sign_in import serving


@pytest.fixture
def app(settings: Settings, site: str) -> Iterator[Flask]:
    with serving(settings) as app:
        yield app
