"""Real incidents of other comment systems with sign-ins, sessions and secrets. The docstring of a test names the incident."""

from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest

from service.actions.accounts.sign_in import new_link
from service.actions.sites.sites_and_keys import add_key
from service.config import BadSetting
from service.setting_sources import load
from service.store.accounts.moderators import moderator_with
from service.store.tables.accounts import BrowserSession
from service.store.tables.sites import Scope
from tests.security.conftest import House
from tests.support.sign_in import ORIGIN, Browser, moderator

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@ON_SQLITE
def test_a_sign_in_link_ends_in_time_by_use_and_with_a_new_password(house: House) -> None:
    """Isso: moderation links that never expire."""
    token = moderator(house.database, "dana@news.example")
    with house.database.writing() as session:
        dana = moderator_with(session, "dana@news.example").id
        now = datetime.now(UTC)
        old = new_link(session, dana, now=now - timedelta(hours=2), valid=timedelta(hours=1))
        other = new_link(session, dana, now=now, valid=timedelta(hours=1))
    assert Browser(house.app).post(f"/sign-in/{old}").status_code == 410
    browser = Browser(house.app).signed_in(token)
    assert Browser(house.app).post(f"/sign-in/{token}").status_code == 410
    browser.post("/account/password", {"new": "a quiet room behind the stage", "again": "a quiet room behind the stage"})
    assert Browser(house.app).post(f"/sign-in/{other}").status_code == 410


@ON_SQLITE
@pytest.mark.parametrize("goal", ["https://evil.example", "//evil.example", "/\\evil.example", "\\\\evil.example", "/\t/evil.example",
                                  "javascript:alert(1)", "https:evil.example", "/%0d%0aLocation:evil", "/.\\evil.example"])  # fmt: skip
def test_nobody_is_led_away(house: House, goal: str) -> None:
    """remark42 #2049."""
    dana = house.person("dana@news.example")
    where = dana.get(f"/sign-in?next={quote(goal)}").headers["Location"]
    assert where.startswith("/") and not where.startswith(("//", "/\\")) and "\n" not in where
    sent = house.nobody.post("/f/news", data={"thread": "a", "text": "Words.", "return_to": goal})
    assert sent.status_code == 422 or sent.headers["Location"].startswith("https://news.example/")


@ON_SQLITE
def test_no_key_and_no_session_is_taken_from_an_address(house: House) -> None:
    """Artalk: a token in a URL."""
    with house.database.writing() as session:
        key = add_key(session, "news", scopes=list(Scope), now=datetime.now(UTC))[1]
    for name in ("key", "token", "api_key", "access_token", "authorization", "Authorization"):
        assert house.nobody.get(f"/v1/comments?{name}={key}").status_code == 401
    dana = house.person("dana@news.example")
    cookie = dana.client.get_cookie("greenroom", domain="greenroom.example").value
    assert house.nobody.get(f"/queue?greenroom={cookie}&session={cookie}").status_code == 303
    assert cookie not in dana.get("/account").get_data(as_text=True)


@ON_SQLITE
def test_a_session_is_over_after_signing_out_for_whoever_kept_its_cookie(house: House) -> None:
    """Talkyard CVE-2021-25981."""
    dana = house.person("dana@news.example")
    cookie = dana.client.get_cookie("greenroom", domain="greenroom.example").value
    dana.post("/sign-out")
    thief = house.nobody
    thief.set_cookie("greenroom", cookie, domain="greenroom.example")
    assert thief.get("/queue", base_url=ORIGIN).status_code == 303
    with house.database.reading() as session:
        assert session.query(BrowserSession).count() == 0


@ON_SQLITE
def test_nobody_brings_a_session_along_to_a_sign_in(house: House) -> None:
    """Session fixation: the cookie after a sign-in is one that nobody knew before it."""
    token = moderator(house.database, "dana@news.example")
    browser = Browser(house.app)
    browser.client.set_cookie("greenroom", "chosen-by-somebody-else", domain="greenroom.example")
    browser.signed_in(token)
    assert browser.client.get_cookie("greenroom", domain="greenroom.example").value != "chosen-by-somebody-else"


def test_no_setting_that_is_secret_is_said_when_it_is_wrong() -> None:
    """Celery #9997: the broker's password in the logs."""
    for name in ("REDIS_URL", "DATABASE_URL"):
        with pytest.raises(BadSetting) as said:
            load({name: "amqp://user:hunter2@host"})
        assert "hunter2" not in str(said.value)
    assert "hunter2" not in repr(load({"REDIS_URL": "redis://:hunter2@h/0", "DATABASE_URL": "postgresql://u:hunter2@h/d"}))
