"""A moderator's browser in a test: signs in by link, and sends forms with their CSRF token and origin."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from html import unescape

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from service.actions.accounts.moderators import add_moderator, give_role
from service.actions.accounts.sign_in import new_link
from service.config import Settings
from service.store.db.engine import Database
from service.store.tables.accounts import Role
from service.web.app import create_app

ORIGIN = "http://greenroom.example"


@contextmanager
def serving(settings: Settings) -> Iterator[Flask]:
    """The application with these settings. Its database is closed at the end."""
    app = create_app(settings)
    yield app
    app.extensions["greenroom"].close()


class Browser:
    """A browser with its own cookies, on pages of this origin."""

    def __init__(self, app: Flask, origin: str = ORIGIN) -> None:
        self.origin = origin
        self.client: FlaskClient = app.test_client()
        self.csrf = ""

    def get(self, path: str, **options: object) -> TestResponse:
        answer = self.client.get(path, base_url=self.origin, **options)
        if found := re.search(r'name="csrf" value="([^"]+)"', answer.get_data(as_text=True)):
            self.csrf = found[1]
        return answer

    def post(self, path: str, form: dict | None = None, *, origin: str | None = None, csrf: str | None = None) -> TestResponse:
        sent = {"csrf": self.csrf if csrf is None else csrf, **(form or {})}
        origin = self.origin if origin is None else origin
        return self.client.post(path, data=sent, base_url=self.origin, headers={"Origin": origin} if origin else {})

    def send(self, path: str, body: object) -> TestResponse:
        headers = {"Origin": self.origin, "X-CSRF-Token": self.csrf}
        return self.client.post(path, json=body, base_url=self.origin, headers=headers)

    def signed_in(self, token: str) -> "Browser":
        answer = self.post(f"/sign-in/{token}")
        assert answer.status_code == 303, answer.get_data(as_text=True)
        self.get("/account")
        return self


def moderator(database: Database, email: str, role: Role = Role.MODERATOR, *, site: str | None = None, name: str = "") -> str:
    """A moderator and the token of a sign-in link."""
    now = datetime.now(UTC)
    with database.writing() as session:
        person = add_moderator(session, email, name=name, now=now)
        give_role(session, person, role, site_id=site)
        return new_link(session, person.id, now=now, valid=timedelta(hours=1))


def html_of(response: TestResponse) -> str:
    """The HTML of a page, with its character references resolved."""
    return unescape(response.get_data(as_text=True))
