"""Sessions on the account page have names that people know, and the place of their time zone."""

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from service.actions.accounts.sign_in import new_link
from service.store.accounts.moderators import moderator_with
from service.store.db.engine import Database
from service.store.tables.accounts import BrowserSession
from service.web.http.time_zone import COOKIE
from service.web.pages.account.session_text import session_name
from tests.support.sign_in import ORIGIN, Browser, html_of, moderator

NAMES = {
    "Mozilla/5.0 (Android 15; Mobile; rv:141.0) Gecko/141.0 Firefox/141.0": "Firefox on Android",
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/139.0.0.0 Mobile Safari/537.36": "Chrome on Android",
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36":
        "Samsung Internet on Android",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1":
        "Safari on iPhone",
    "Mozilla/5.0 (iPad; CPU OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/139.0.0.0 Mobile/15E148 Safari/604.1":
        "Chrome on iPad",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15": "Safari on macOS",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/139.0.0.0 Safari/537.36 Edg/139.0.0.0":
        "Edge on Windows",
    "Mozilla/5.0 (X11; Linux x86_64; rv:141.0) Gecko/20100101 Firefox/141.0": "Firefox on Linux",
    "curl/8.9": "curl/8.9",
    "": "Unknown browser",
}  # fmt: skip


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_browsers_are_called_by_their_usual_names(app: Flask) -> None:
    with app.test_request_context():
        assert {agent: session_name(BrowserSession(user_agent=agent)) for agent in NAMES} == NAMES


def test_a_session_shows_browser_and_place_and_the_present_one_is_marked(app: Flask, database: Database) -> None:
    phone, desk = Browser(app), Browser(app)
    phone.client.set_cookie(COOKIE, "Asia/Kolkata", domain="greenroom.example")
    phone.client.environ_base["HTTP_USER_AGENT"] = next(iter(NAMES))
    phone.signed_in(moderator(database, "dana@news.example"))
    with database.writing() as session:
        person = moderator_with(session, "dana@news.example")
        link = new_link(session, person.id, now=datetime.now(UTC), valid=timedelta(hours=1))
    desk.signed_in(link)
    page = html_of(desk.client.get("/account", base_url=ORIGIN))
    at = page.index("Firefox on Android</strong>, Kolkata time")
    assert page.count("This browser") == 1
    assert "This browser" not in page[at : page.index("</li>", at)]
