"""Fixtures: two sites, and two moderators of the first one."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from flask import Flask

from service.actions.sites.sites_and_keys import add_site
from service.config import Settings
from service.store.db.engine import Database
from tests.support.sign_in import Browser, moderator, serving


@pytest.fixture
def app(settings: Settings, database: Database) -> Iterator[Flask]:
    with database.writing() as session:
        add_site(session, "news", origins=["https://news.example"], now=datetime.now(UTC))
        add_site(session, "blog", origins=["https://blog.example"], now=datetime.now(UTC))
    with serving(settings) as app:
        yield app


@pytest.fixture
def dana(app: Flask, database: Database) -> Browser:
    return Browser(app).signed_in(moderator(database, "dana@news.example", site="news", name="Dana"))


@pytest.fixture
def sam(app: Flask, database: Database) -> Browser:
    return Browser(app).signed_in(moderator(database, "sam@news.example", site="news", name="Sam"))
