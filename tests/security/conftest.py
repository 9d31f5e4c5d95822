"""Fixtures: an installation with two sites, a person of each kind, and a comment in each state."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient

from service.actions.sites.sites_and_keys import add_akismet_key, add_key, add_site
from service.config import Settings
from service.domain.security.pseudonyms import Pseudonymizer
from service.domain.states import State
from service.store.db.engine import Database
from service.store.tables.accounts import Role
from service.store.tables.sites import Scope
from tests.commands.conftest import greenroom  # noqa: F401 - a fixture
from tests.support.seeding import Seed, sow
from tests.support.sign_in import Browser, moderator, serving


@dataclass
class House:
    """The application, with a client for each kind of person and key."""

    app: Flask
    database: Database
    settings: Settings
    comments: dict[str, str]

    @property
    def nobody(self) -> FlaskClient:
        return self.app.test_client()

    def host(self, *scopes: Scope, site: str = "news") -> FlaskClient:
        """A client with a key of these scopes; with all scopes if none is given."""
        with self.database.writing() as session:
            key = add_key(session, site, scopes=scopes or list(Scope), now=datetime.now(UTC))[1]
        client = self.app.test_client()
        client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {key}"
        return client

    def person(self, email: str, role: Role = Role.MODERATOR, *, site: str | None = "news") -> Browser:
        return Browser(self.app).signed_in(moderator(self.database, email, role, site=site))

    def akismet_key(self, site: str = "news") -> str:
        with self.database.writing() as session:
            pseudonyms = Pseudonymizer.from_secret(self.settings.secret)
            return add_akismet_key(session, site, pseudonyms=pseudonyms, now=datetime.now(UTC))[1]


@pytest.fixture
def house(settings: Settings, database: Database) -> Iterator[House]:
    with database.writing() as session:
        add_site(session, "news", origins=["https://news.example"], now=datetime.now(UTC))
        add_site(session, "blog", origins=["https://blog.example"], now=datetime.now(UTC))
    states = (State.APPROVED, State.HELD, State.REJECTED)
    seeds = [Seed(f"These are {state} words.", state=state, thread="a-page", name=f"Author {state}") for state in states]
    comments = {state.value: str(id_) for state, id_ in zip(states, sow(database, "news", seeds), strict=True)}
    with serving(settings) as app:
        yield House(app, database, settings, comments)


@pytest.fixture
def admin(house: House) -> Browser:
    return house.person("ada@news.example", Role.ADMIN)


Posting = Callable[..., str]
