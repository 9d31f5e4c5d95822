"""Two-factor sign-in: one-time codes (RFC 6238), recovery codes, and a pending sign-in that gives no access."""

import base64
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from service.actions.accounts.sign_in import count_try, open_session
from service.actions.accounts.two_factor import accept_code
from service.actions.sites.sites_and_keys import add_site
from service.config import Settings
from service.domain.security.encryption import SecretBox
from service.domain.security.totp import code_at, step_at, step_of
from service.store.accounts.moderators import moderator_with
from service.store.db.engine import Database
from service.store.lifecycle import dump
from service.store.tables.accounts import BrowserSession, Moderator, Role
from service.store.tables.two_factor import PendingSignIn
from service.web.http.route_metadata import routes
from tests.commands.conftest import greenroom  # noqa: F401 - a fixture
from tests.support.sign_in import ORIGIN, Browser, moderator, serving

PASSWORD = "a quiet room behind the stage"
DANA = "dana@news.example"
RFC = base64.b32encode(b"12345678901234567890").decode()


class Phone:
    """An authenticator and its account."""

    def __init__(self, app: Flask, database: Database, email: str = DANA, role: Role = Role.ADMIN) -> None:
        self.app, self.database, self.email = app, database, email
        self.browser = Browser(app).signed_in(moderator(database, email, role))
        self.browser.post("/account/password", {"new": PASSWORD, "again": PASSWORD})
        self.secret, self.recovery = "", [""]

    def set_up(self) -> "Phone":
        begun = self.browser.post("/account/two-factor", {"act": "begin", "old": PASSWORD})
        assert begun.status_code == 303
        page = self.browser.get("/account/two-factor").get_data(as_text=True)
        assert 'class="qr"' in page
        self.secret = re.search(r'class="secret" dir="ltr">([A-Z2-7]{32})<', page)[1]  # type: ignore[index]
        done = self.browser.post("/account/two-factor", {"act": "confirm", "code": self.code()})
        assert done.status_code == 201
        self.recovery = re.findall(r"<li><code>([a-z2-7-]{19})</code>", done.get_data(as_text=True))
        assert len(self.recovery) == 10
        return self

    def code(self) -> str:
        """The current code. The server is made to forget used codes."""
        with self.database.writing() as session:
            session.execute(update(Moderator).where(Moderator.email == self.email).values(totp_last_step=0))
        return code_at(self.secret, step_at(datetime.now(UTC)))

    def half(self) -> Browser:
        """A browser that has sent the correct password."""
        browser = Browser(self.app)
        sent = browser.post("/sign-in", {"email": self.email, "password": PASSWORD, "next": "/queue?site=news"})
        assert (sent.status_code, sent.location) == (303, "/sign-in/code?next=/queue?site%3Dnews"), sent.get_data(as_text=True)
        return browser


@pytest.fixture
def phone(app: Flask, database: Database) -> Phone:
    return Phone(app, database).set_up()


@pytest.mark.parametrize(
    ("second", "code"),
    [
        (59, "287082"),
        (1111111109, "081804"),
        (1111111111, "050471"),
        (1234567890, "005924"),
        (2000000000, "279037"),
        (20000000000, "353130"),
    ],
)
def test_codes_are_those_of_the_standard(second: int, code: str) -> None:
    assert code_at(RFC, second // 30) == code


def test_a_code_is_taken_one_step_early_or_late_and_once() -> None:
    now = datetime(2026, 3, 1, 12, 0, 15, tzinfo=UTC)
    step = step_at(now)
    taken = {away: step_of(RFC, code_at(RFC, step + away), now=now, after=0) for away in range(-3, 4)}
    assert taken == {-3: None, -2: None, -1: step - 1, 0: step, 1: step + 1, 2: None, 3: None}
    assert step_of(RFC, code_at(RFC, step), now=now, after=step) is None
    assert step_of(RFC, " ".join(code_at(RFC, step)), now=now, after=0) == step
    for strange in ("", "abcdef", "١٢٣٤٥٦", "\ud800", "9" * 1000):
        assert step_of(RFC, strange.encode("utf-8", "replace").decode(), now=now, after=0) is None


def test_password_and_code_sign_in_and_the_same_code_does_not_do_so_twice(phone: Phone) -> None:
    first, second, code = phone.half(), phone.half(), phone.code()
    done = first.post("/sign-in/code", {"code": code, "next": "/queue?site=news"})
    assert (done.status_code, done.location) == (303, "/queue?site=news")
    assert first.get("/queue").status_code == 200
    assert second.post("/sign-in/code", {"code": code}).status_code == 422
    assert second.get("/queue").status_code == 303


def test_a_link_asks_for_the_code_too(phone: Phone, database: Database) -> None:
    token = moderator(database, DANA, Role.ADMIN)
    browser = Browser(phone.app)
    assert browser.post(f"/sign-in/{token}").location.startswith("/sign-in/code")
    assert browser.get("/account").status_code == 303
    assert browser.post("/sign-in/code", {"code": phone.code()}).status_code == 303
    assert browser.get("/account").status_code == 200


def test_half_way_nothing_is_open(phone: Phone, settings: Settings, database: Database) -> None:
    """Neither with the cookie of the pending sign-in, nor with its value in a session cookie."""
    half = phone.half()
    cookie = half.client.get_cookie("greenroom-half", domain="greenroom.example")
    thief = Browser(phone.app)
    thief.client.set_cookie("greenroom", cookie.value, domain="greenroom.example")
    for browser in (half, thief):
        for route in routes(phone.app):
            if "GET" in route.methods and route.owner.startswith(("role", "moderator")) and "<" not in route.path:
                sent = browser.get(route.path)
                assert (sent.status_code, sent.location[:8]) == (303, "/sign-in"), route.path
    with database.reading() as session:
        assert session.scalar(select(BrowserSession.digest).where(BrowserSession.user_agent == "nobody")) is None


def test_a_recovery_code_signs_in_once_and_is_kept_as_a_hash(phone: Phone, database: Database) -> None:
    code = phone.recovery[3]
    half = phone.half()
    assert half.post("/sign-in/code", {"code": code.upper().replace("-", " ")}).status_code == 303
    assert "Recovery codes left: 9" in half.get("/account/two-factor").get_data(as_text=True)
    assert phone.half().post("/sign-in/code", {"code": code}).status_code == 422
    with database.reading() as session:
        kept = "\n".join(dump.written(session))
    assert phone.secret not in kept
    assert not [c for c in phone.recovery if c in kept or c.replace("-", "") in kept]


def test_codes_cannot_be_guessed(phone: Phone) -> None:
    half = phone.half()
    tries = [half.post("/sign-in/code", {"code": f"{n:06d}"}).status_code for n in range(6)]
    # The tries of its owner during set-up are counted apart.
    assert tries == [422] * 5 + [429]


def test_a_sign_in_that_waits_takes_five_tries_wherever_they_are_made(phone: Phone, database: Database) -> None:
    """Rate limits are counted per process; this limit is counted in the database."""
    now = datetime.now(UTC)
    with database.writing() as session:
        open_session(session, moderator_with(session, DANA), how="link", user_agent="", now=now)
    with database.reading() as session:
        digest = session.scalars(select(PendingSignIn.digest)).one()
    counted = []
    for _ in range(7):
        with database.writing() as session:
            counted.append(count_try(session, digest))
    assert counted == [True] * 5 + [False] * 2
    with database.writing() as session:
        open_session(session, moderator_with(session, DANA), how="link", user_agent="", now=now - timedelta(minutes=6))
    stale = phone.half()
    with database.writing() as session:
        session.execute(update(PendingSignIn).values(valid_until=now - timedelta(seconds=1)))
    assert stale.post("/sign-in/code", {"code": phone.code()}).location == "/sign-in"


def test_two_at_once_with_one_code_have_one_winner(phone: Phone, database: Database, settings: Settings) -> None:
    code, secret_box = phone.code(), SecretBox.from_secret(settings.secret)
    with database.reading() as session:
        person = moderator_with(session, DANA).id

    def show(given: str) -> str:
        with database.writing() as session:
            return accept_code(session, person, given, secret_box=secret_box, now=datetime.now(UTC))

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(show, [code] * 8)) == [""] * 7 + ["code"]
        assert sorted(pool.map(show, [phone.recovery[0]] * 8)) == [""] * 7 + ["recovery code"]


def test_it_is_begun_with_the_password_and_ended_with_a_code(app: Flask, database: Database) -> None:
    phone = Phone(app, database)
    assert phone.browser.post("/account/two-factor", {"act": "begin", "old": "wrong"}).status_code == 422
    assert 'class="qr"' not in phone.browser.get("/account/two-factor").get_data(as_text=True)
    phone.set_up()
    page = phone.browser.get("/account/two-factor").get_data(as_text=True)
    assert phone.secret not in page
    assert phone.browser.post("/account/two-factor", {"act": "begin", "old": PASSWORD}).status_code == 409
    assert phone.browser.post("/account/two-factor", {"act": "off", "code": phone.code()}).status_code == 303
    assert Browser(app).post("/sign-in", {"email": DANA, "password": PASSWORD}).location == "/queue"


def test_turning_it_on_signs_the_other_browsers_out(app: Flask, database: Database) -> None:
    phone = Phone(app, database)
    other = Browser(app)
    other.post("/sign-in", {"email": DANA, "password": PASSWORD})
    assert other.get("/queue").status_code == 200
    phone.set_up()
    assert other.get("/queue").status_code == 303
    assert phone.browser.get("/queue").status_code == 200


def test_an_admin_or_the_operator_resets_it(phone: Phone, database: Database, greenroom) -> None:  # type: ignore[no-untyped-def]  # noqa: F811
    ada = Browser(phone.app).signed_in(moderator(database, "ada@news.example", Role.ADMIN))
    small = Browser(phone.app).signed_in(moderator(database, "small@news.example", Role.ADMIN, site="news"))
    with database.reading() as session:
        path = f"/settings/moderators/{moderator_with(session, DANA).id}/two-factor"
    assert small.post(path, {"site": "news"}).status_code == 409
    assert phone.browser.post(path, {"site": "news"}).status_code == 409
    phone.half()
    assert ada.post(path, {"site": "news"}).status_code == 303
    assert phone.browser.get("/queue").status_code == 303
    assert Browser(phone.app).post("/sign-in", {"email": DANA, "password": PASSWORD}).location == "/queue"
    assert "has no second factor" in greenroom("user", "reset-second-factor", DANA).output
    assert greenroom("user", "reset-second-factor", "nobody@x.example").exit_code == 1


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_where_it_is_demanded_nothing_else_opens_before_it_is_set_up(settings: Settings, database: Database) -> None:
    with database.writing() as session:
        add_site(session, "news", origins=["https://news.example"], now=datetime.now(UTC))
    with serving(replace(settings, two_factor="admins")) as app:
        phone = Phone(app, database)
        for route in routes(app):
            if "GET" in route.methods and route.owner.startswith("role") and "<" not in route.path:
                assert phone.browser.get(route.path).location == "/account/two-factor", route.path
        headers = {"Origin": ORIGIN, "X-CSRF-Token": phone.browser.csrf, "Accept": "application/json"}
        refused = phone.browser.client.post("/settings/keys", data={"scope": "read"}, base_url=ORIGIN, headers=headers)
        assert refused.status_code == 403
        phone.set_up()
        assert phone.browser.get("/settings").status_code == 200
        mo = Browser(app).signed_in(moderator(database, "mo@news.example", Role.MODERATOR))
        assert mo.get("/queue").status_code == 200
    with serving(replace(settings, two_factor="everybody")) as app:
        mo = Browser(app).signed_in(moderator(database, "mo@news.example", Role.MODERATOR))
        assert mo.get("/queue").location == "/account/two-factor"
