"""The sites page, and keys for software that speaks Akismet's protocol."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from service.actions.sites.sites_and_keys import add_key, add_site
from service.config import Settings
from service.domain.states import State
from service.store.db.engine import Database
from service.store.lifecycle.installation import Fact
from service.store.reports.work_totals import add_totals
from service.store.tables.accounts import Role
from service.store.tables.audit_log import AuditEntry
from service.store.tables.comments import Comment
from service.store.tables.installation import InstallationFact
from service.store.tables.sites import ApiKey, Scope, Site
from tests.support.seeding import Seed, sow
from tests.support.sign_in import Browser, html_of, moderator, serving


@pytest.fixture
def app(settings: Settings, database: Database) -> Iterator[Flask]:
    with database.writing() as session:
        for site in ("news", "blog"):
            add_site(session, site, origins=[f"https://{site}.example"], now=datetime.now(UTC))
            add_key(session, site, scopes=[Scope.SUBMIT], now=datetime.now(UTC))
    for site in ("news", "blog"):
        sow(database, site, [Seed("One."), Seed("Two.", state=State.APPROVED)])
    with serving(settings) as app:
        yield app


@pytest.fixture
def olga(app: Flask, database: Database) -> Browser:
    """An admin of all sites."""
    return Browser(app).signed_in(moderator(database, "olga@news.example", Role.ADMIN))


@pytest.fixture
def ada(app: Flask, database: Database) -> Browser:
    """An admin of one site."""
    return Browser(app).signed_in(moderator(database, "ada@news.example", Role.ADMIN, site="news"))


def sites(database: Database) -> dict[str, int]:
    with database.reading() as session:
        counted = dict(session.execute(select(Comment.site_id, func.count()).group_by(Comment.site_id)).all())
        return {name: counted.get(name, 0) for name in session.scalars(select(Site.id))}


def test_the_page_says_when_each_kind_of_work_last_ran_and_what_rests(olga: Browser, ada: Browser, database: Database) -> None:
    now = datetime.now(UTC)
    with database.writing() as session:
        add_totals(session, {"runs:checks": 1}, now=now)
        add_totals(session, {"runs:deliveries": 1}, now=now - timedelta(minutes=5))
    page = " ".join(html_of(olga.get("/settings/sites")).split())
    assert "<li>Checks: just now</li>" in page
    assert '<li>Deliveries: <span class="tag bad">does not run</span> 5 minutes ago</li>' in page
    # Without a broker, who checks and delivers also maintains.
    assert "Maintenance" not in page
    assert "greenroom resume" not in page
    with database.writing() as session:
        session.add(InstallationFact(name=Fact.RESTING_SINCE, value=now.isoformat()))
    assert "<code>greenroom resume</code>" in html_of(olga.get("/settings/sites"))
    assert "Work in the background" not in html_of(ada.get("/settings/sites"))


def test_with_a_broker_the_page_says_when_maintenance_last_ran(olga: Browser, app: Flask) -> None:
    web = app.extensions["greenroom"]
    app.extensions["greenroom"] = replace(web, settings=replace(web.settings, redis_url="redis://redis.example"))
    assert '<li>Maintenance: <span class="tag bad">does not run</span> never</li>' in html_of(olga.get("/settings/sites"))


def test_the_page_says_what_goes_and_deletes_only_what_is_typed(olga: Browser, database: Database) -> None:
    page = html_of(olga.get("/settings/sites?site=blog"))
    for line in ("2 comments", "1 articles", "1 API keys", "Type blog to confirm"):
        assert line in page
    refused = olga.post("/settings/sites/delete", {"site": "blog", "typed": "news"})
    assert (refused.status_code, "Nothing is deleted" in html_of(refused)) == (422, True)
    assert sites(database) == {"blog": 2, "news": 2}
    assert olga.post("/settings/sites/delete", {"site": "blog", "typed": "blog"}).status_code == 303
    assert sites(database) == {"news": 2}
    with database.reading() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.event == "site_deleted")).one()
    assert (entry.actor, entry.target, entry.details["before"]["comments"]) == ("moderator", "blog", 2)
    assert olga.get("/queue").status_code == 200


def test_a_site_is_added_and_its_keys_come_next(olga: Browser, database: Database) -> None:
    form = {"site": "news", "id": "sports", "name": "Sports", "origins": "https://sports.example http://localhost:4000"}
    added = olga.post("/settings/sites", form)
    assert (added.status_code, added.location) == (303, "/settings/keys?site=sports")
    assert olga.get(added.location).status_code == 200
    with database.reading() as session:
        assert session.get_one(Site, "sports").origins == ["https://sports.example", "http://localhost:4000"]
    for wrong in ({"id": ""}, {"id": "Sports!"}, {"id": "news"}, {"id": "more", "origins": "nowhere"}):
        refused = olga.post("/settings/sites", {**form, **wrong})
        assert refused.status_code == 422
        assert 'role="alert"' in html_of(refused)
    assert set(sites(database)) == {"blog", "news", "sports"}


def test_an_admin_of_one_site_adds_and_deletes_none(ada: Browser, database: Database) -> None:
    page = html_of(ada.get("/settings/sites"))
    assert "Only an admin of all sites" in page
    assert "Delete the site" not in page
    assert ada.post("/settings/sites/delete", {"site": "news", "typed": "news"}).status_code == 403
    assert ada.post("/settings/sites", {"site": "news", "id": "mine", "origins": "https://mine.example"}).status_code == 403
    assert sites(database) == {"blog": 2, "news": 2}


def test_a_key_for_akismets_protocol_is_made_with_its_answer_for_held_comments(ada: Browser, database: Database) -> None:
    made = html_of(ada.post("/settings/keys/akismet", {"site": "news", "held_is": "ham", "label": "The blog"}))
    token = re.search(r">([0-9a-f]{12})<", made)[1]
    assert "integrations/akismet" in made
    listed = html_of(ada.get("/settings/keys"))
    assert token not in listed
    assert "Akismet, ham" in listed
    verified = ada.client.post("/1.1/verify-key", data={"api_key": token, "key": token, "blog": "https://news.example"})
    assert verified.get_data(as_text=True) == "valid"
    with database.reading() as session:
        assert session.scalars(select(ApiKey.held_is).where(ApiKey.label == "The blog")).one() == "ham"
    assert ada.post("/settings/keys/akismet", {"site": "news", "held_is": "maybe"}).status_code == 422
