"""Retention on the settings page: what would go is said before it is saved, and can be taken back until the next day."""

import re
from datetime import UTC, datetime

import pytest
from flask import Flask

from service.actions.sites.sites_and_keys import add_key
from service.config import Settings
from service.domain.policy.site_policy import SitePolicy
from service.domain.states import State
from service.store.db.engine import Database
from service.store.tables.accounts import Role
from service.store.tables.sites import Scope, Site
from tests.support.seeding import Seed, sow
from tests.support.sign_in import Browser, html_of, moderator
from workers.periodic.retention import apply_retention
from workers.resources.worker_resources import WorkerResources

LONG_AGO = 60 * 24 * 200


@pytest.fixture
def ada(app: Flask, database: Database) -> Browser:
    return Browser(app).signed_in(moderator(database, "ada@news.example", Role.ADMIN, site="news", name="Ada"))


def days(database: Database) -> tuple[int | None, int | None]:
    with database.reading() as session:
        kept = SitePolicy(session.get(Site, "news").policy).retention
    return kept.rejected, kept.personal


def test_what_goes_is_said_before_it_is_saved_and_can_be_taken_back(ada: Browser, database: Database, settings: Settings) -> None:
    sow(database, "news", [Seed(f"old {n}", state=State.REJECTED, minutes=LONG_AGO) for n in range(3)])
    answer = ada.post("/settings/retention", {"site": "news", "rejected": "1", "personal": ""})
    page = html_of(answer)
    assert "with words, evidence and notes: 3 at first, 3 within a week" in page
    assert days(database) == (None, None)
    confirm = re.search(r'id="asked".*?</form>', page, re.DOTALL)[0]
    saved = ada.post("/settings/retention", dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', confirm)))
    assert days(database) == (1, None)
    resources = WorkerResources.open(settings)
    assert apply_retention(resources) == 0
    resources.database.close()
    page = html_of(ada.get(saved.location))
    back = re.search(r'role="status">Saved.*?</form>', page, re.DOTALL)[0]
    ada.post("/settings/retention", dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', back)))
    assert days(database) == (None, None)


def test_nothing_is_asked_where_nothing_goes(ada: Browser, database: Database) -> None:
    assert ada.post("/settings/retention", {"site": "news", "rejected": "90", "personal": "90"}).status_code == 303
    assert days(database) == (90, 90)


def test_a_key_is_revoked_in_two_steps_that_say_when_it_was_used(ada: Browser, database: Database) -> None:
    with database.writing() as session:
        add_key(session, "news", scopes=[Scope.READ], now=datetime.now(UTC))
    page = html_of(ada.get("/settings/keys"))
    assert re.search(r"<details><summary>Revoke</summary><p>This key was never used.*?<form", page, re.DOTALL)
