"""Times in the moderator's time zone: chosen on the account page, else that of the browser, else UTC. Files stay in UTC."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from flask import Flask

from service.actions.sites.sites_and_keys import add_site
from service.config import Settings
from service.store.db.engine import Database
from service.store.tables.accounts import Role
from service.store.tables.sites import Scope
from service.web.http.time_zone import COOKIE
from service.web.pages.queue.query_params import day
from tests.support.sign_in import Browser, html_of, moderator, serving

SIGNED_IN_AT = datetime(2026, 11, 27, 20, 30, tzinfo=UTC)


@pytest.fixture
def app(settings: Settings, database: Database) -> Iterator[Flask]:
    with database.writing() as session:
        add_site(session, "news", origins=["https://news.example"], now=SIGNED_IN_AT)
    with serving(settings) as app:
        yield app


@pytest.fixture
def dana(app: Flask, database: Database) -> Browser:
    browser = Browser(app).signed_in(moderator(database, "dana@news.example", Role.ADMIN))
    browser.post("/settings/keys", {"site": "news", "label": "blog", "scope": list(Scope)})
    with database.writing() as session:
        session.connection().exec_driver_sql("UPDATE browser_session SET created_at = '2026-11-27 20:30:00.000000'")
    return browser


def choose(browser: Browser, zone: str, **also: str) -> int:
    return browser.post("/account/preferences", {"time_zone": zone, "keys": "on", **also}).status_code


def test_times_are_in_utc_and_say_so_where_nobody_told_a_zone(dana: Browser) -> None:
    assert "Nov 27, 2026, 8:30:00\u202fPM UTC" in html_of(dana.get("/account"))
    assert "Same as browser (UTC)" in html_of(dana.get("/account"))


def test_times_are_in_the_zone_of_the_browser_until_the_moderator_chooses_one(dana: Browser) -> None:
    dana.client.set_cookie(COOKIE, "Asia/Kolkata", domain="greenroom.example")
    page = html_of(dana.get("/account"))
    assert "Nov 28, 2026, 2:00:00\u202fAM GMT+05:30" in page
    assert "Same as browser (Asia/Kolkata)" in page
    assert choose(dana, "Europe/Berlin", language="de") == 303
    page = html_of(dana.get("/account"))
    assert "27.11.2026, 21:30:00 GMT+01:00" in page
    assert '<option value="Europe/Berlin" selected>Berlin</option>' in page


def test_titles_of_times_and_days_of_filters_are_in_the_zone_but_files_are_in_utc(dana: Browser) -> None:
    choose(dana, "Pacific/Kiritimati")
    assert 'M GMT+14:00">' in html_of(dana.get("/settings/audit-log"))
    assert "+00:00" in dana.get("/settings/audit-log.csv").get_data(as_text=True)
    with dana.client:
        dana.get("/account")
        assert day("2026-03-01") == datetime(2026, 2, 28, 10, tzinfo=UTC)


def test_a_zone_that_does_not_exist_is_refused_by_name_or_ignored_in_the_cookie(dana: Browser) -> None:
    refused = dana.post("/account/preferences", {"time_zone": "Mars/Olympus"})
    assert refused.status_code == 422
    assert "there is no zone named “Mars/Olympus”" in html_of(refused)
    for name in ("../../etc/passwd", "Mars/Olympus", "/", "x" * 3000):
        dana.client.set_cookie(COOKIE, name, domain="greenroom.example")
        assert "Same as browser (UTC)" in html_of(dana.get("/account"))
