"""Signing in with OpenID Connect: a real provider process, honest once and then hostile in every known way."""

import re
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from flask import Flask
from sqlalchemy import select, update

from service.actions.sites.sites_and_keys import add_site
from service.config import BadSetting, Settings
from service.setting_sources import load
from service.store.accounts.moderators import moderator_with
from service.store.db.engine import Database
from service.store.lifecycle import dump
from service.store.tables.accounts import BrowserSession, Role
from service.store.tables.audit_log import AuditEntry
from service.store.tables.oidc import OidcSignIn
from tests.support.oidc_provider import CLIENT, SECRET, Provider
from tests.support.sign_in import Browser, moderator, serving

DANA = "dana@news.example"
PASSWORD = "a quiet room behind the stage"
SOON = 300


@pytest.fixture(scope="module")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Provider]:
    with Provider(tmp_path_factory.mktemp("provider")) as provider:
        yield provider


@pytest.fixture
def connected(settings: Settings, database: Database, provider: Provider) -> Settings:
    with database.writing() as session:
        add_site(session, "news", origins=["https://news.example"], now=datetime.now(UTC))
    return replace(
        settings, oidc_issuer=provider.issuer, oidc_client_id=CLIENT, oidc_client_secret=SECRET, oidc_name="Newsroom login"
    )


@pytest.fixture
def app(connected: Settings) -> Iterator[Flask]:
    with serving(connected) as app:
        yield app


def address_of(browser: Browser, path: str = "/sign-in/oidc/start", **form: str) -> str:
    """The URL to which the provider redirects this browser."""
    page = browser.post(path, form)
    assert page.status_code == 200, page.get_data(as_text=True)
    goal = unescape(re.search(r'content="0; url=([^"]+)"', page.get_data(as_text=True))[1])  # type: ignore[index]
    back = requests.get(goal, allow_redirects=False, timeout=60).headers["Location"]
    return f"{urlsplit(back).path}?{urlsplit(back).query}"


def sign_in(app: Flask, provider: Provider, *, browser: Browser | None = None, **told: object) -> tuple[Browser, int, str]:
    """A browser that went to the provider and back; with the status, and the final URL or the error."""
    browser = browser or Browser(app)
    provider.next(**told)  # type: ignore[arg-type]
    answer = browser.get(address_of(browser, next="/queue?site=news"))
    fault = re.search(r'role="alert">([^<]*)<', answer.get_data(as_text=True))
    return browser, answer.status_code, answer.location or (unescape(fault[1]) if fault else "")


def refused(app: Flask, provider: Provider, database: Database, **told: object) -> str:
    """The error. Asserts that nobody is signed in."""
    browser, status, fault = sign_in(app, provider, **told)
    assert status == 403, fault
    assert browser.get("/queue").status_code == 303
    with database.reading() as session:
        assert session.scalar(select(BrowserSession.digest)) is None
        assert moderator_with(session, "admin@news.example") is None
    return fault


def test_whoever_was_invited_comes_in_and_keeps_the_account(app: Flask, provider: Provider, database: Database) -> None:
    moderator(database, DANA, Role.ADMIN)
    browser, status, place = sign_in(app, provider, email="Dana@News.Example")
    assert (status, place) == (303, "/queue?site=news")
    assert browser.get("/settings").status_code == 200
    # The provider's account is connected from now on, even if its e-mail changes.
    assert sign_in(app, provider, email="married@news.example", sub="sub of Dana@News.Example")[1] == 303
    with database.reading() as session:
        deeds = session.scalars(select(AuditEntry.event).order_by(AuditEntry.at)).all()
        assert deeds.count("account_connected") == 1
        assert deeds.count("signed_in") == 2
        assert "sub of Dana" not in "\n".join(dump.written(session))


HOSTILE = {
    "another nonce": ({"nonce": "another"}, "another question"),
    "no nonce": ({"nonce": None}, "another question"),
    "half a character for a nonce": ({"nonce": "\ud800"}, "another question"),
    "half a character for a name": ({"sub": "dana\udfff"}, "names nobody"),
    "another audience": ({"aud": "somebody"}, "somebody else"),
    "several audiences": ({"aud": [CLIENT, "somebody"]}, "names no party"),
    "another party": ({"azp": "somebody"}, "another client"),
    "another issuer": ({"iss": "https://evil.example"}, "another issuer"),
    "the issuer but for a slash": ({"iss": "-"}, "another issuer"),
    "ran out": ({"exp": 1_600_000_000}, "ran out"),
    "no end": ({"exp": None}, "ran out"),
    "an end that is no number": ({"exp": "tomorrow"}, "ran out"),
    "old": ({"iat": 1_600_000_000}, "not made just now"),
    "of tomorrow": ({"iat": 4_000_000_000}, "not made just now"),
    "not yet": ({"nbf": 4_000_000_000}, "not valid yet"),
    "unverified": ({"email_verified": False}, "not verified"),
    "verified in words": ({"email_verified": "true"}, "not verified"),
    "silent about it": ({"email_verified": None}, "not verified"),
    "without address": ({"email": None}, "no e-mail"),
    "nobody": ({"sub": ""}, "names nobody"),
}


def test_a_token_that_says_something_else_is_refused(app: Flask, provider: Provider, database: Database) -> None:
    moderator(database, DANA, Role.ADMIN)
    for name, (claims, said) in HOSTILE.items():
        claims = {**claims, "iss": provider.issuer.rstrip("/")} if claims.get("iss") == "-" else claims
        assert said in refused(app, provider, database, **{"email": DANA, **claims}), name
        app.extensions["greenroom"].counters._windows.clear()


def test_a_token_that_is_not_signed_by_the_provider_is_refused(app: Flask, provider: Provider, database: Database) -> None:
    moderator(database, DANA, Role.ADMIN)
    for wrong in (
        "alg none", "public key as secret", "secret in the key set", "another key", "key in the token", "changed", "no token", "redirect",
    ):  # fmt: skip
        assert "Signing in there did not work" in refused(app, provider, database, email=DANA, wrong=wrong), wrong
        app.extensions["greenroom"].counters._windows.clear()
    assert "not well" in refused(app, provider, database, email=DANA, wrong="huge")
    assert sign_in(app, provider, email=DANA)[1] == 303


def test_an_answer_counts_once_and_in_the_browser_that_asked(app: Flask, provider: Provider, database: Database) -> None:
    moderator(database, DANA, Role.ADMIN)
    provider.next(DANA)
    victim, thief = Browser(app), Browser(app)
    back = address_of(victim)
    before = provider.exchanges
    state = parse_qs(urlsplit(back).query)["state"][0]
    other = address_of(thief)
    for browser, path in (
        (thief, back),  # Login CSRF: the response for another browser.
        (Browser(app), other),  # Without any cookie.
        (victim, back.replace(state, "x")),
        (victim, re.sub("state=[^&]+&?", "", back)),
        (victim, "/sign-in/oidc/callback"),
    ):
        assert browser.get(path).status_code == 403, path
        assert browser.get("/queue").status_code == 303
    assert provider.exchanges == before
    # A refused response ends no other sign-in, but the browser that brought it has to start again.
    back = address_of(victim)
    cookie = victim.client.get_cookie("greenroom-oidc", domain="greenroom.example").value
    assert victim.get(back).status_code == 303
    victim.client.set_cookie("greenroom-oidc", cookie, domain="greenroom.example")
    assert victim.get(back).status_code == 403
    assert provider.exchanges == before + 1


def test_an_answer_of_another_issuer_and_a_late_one_are_refused(app: Flask, provider: Provider, database: Database) -> None:
    moderator(database, DANA, Role.ADMIN)
    provider.next(DANA)
    mixed = Browser(app)
    back = address_of(mixed)
    assert mixed.get(re.sub("iss=[^&]+", "iss=https://evil.example", back)).status_code == 403
    late = Browser(app)
    back = address_of(late)
    with database.writing() as session:
        session.execute(update(OidcSignIn).values(valid_until=datetime.now(UTC)))
    assert late.get(back).status_code == 403
    denied = Browser(app)
    state = parse_qs(urlsplit(address_of(denied)).query)["state"][0]
    assert denied.get(f"/sign-in/oidc/callback?error=access_denied&state={state}").status_code == 403


def test_a_code_that_was_used_already_is_refused_by_the_provider(app: Flask, provider: Provider, database: Database) -> None:
    moderator(database, DANA, Role.ADMIN)
    provider.next(DANA)
    first, second = Browser(app), Browser(app)
    stolen = parse_qs(urlsplit(address_of(first)).query)["code"][0]
    mine = address_of(second)
    # Injected into another sign-in, the code does not match its PKCE verifier and nonce.
    assert second.get(re.sub("code=[^&]+", f"code={stolen}", mine)).status_code == 403
    assert second.get("/queue").status_code == 303


def test_an_account_with_a_password_is_not_taken_over_and_can_be_connected_from_inside(
    app: Flask, provider: Provider, database: Database
) -> None:
    dana = Browser(app).signed_in(moderator(database, DANA, Role.ADMIN))
    dana.post("/account/password", {"new": PASSWORD, "again": PASSWORD})
    _, status, fault = sign_in(app, provider, email=DANA)
    assert (status, "connect the two" in fault) == (403, True)
    provider.next("private@else.example")
    assert dana.post("/account/oidc", {"old": "wrong"}).status_code == 403
    back = address_of(dana, "/account/oidc", csrf=dana.csrf, old=PASSWORD)
    assert dana.get(back).location == "/account?done=connected"
    assert sign_in(app, provider, email="private@else.example")[1] == 303
    assert sign_in(app, provider, email=DANA)[1] == 403
    # Another moderator can neither connect the same account nor finish Dana's attempt.
    mo = Browser(app).signed_in(moderator(database, "mo@news.example"))
    provider.next("private@else.example")
    assert mo.get(address_of(mo, "/account/oidc", csrf=mo.csrf)).status_code == 403
    begun = address_of(dana, "/account/oidc", csrf=dana.csrf, old=PASSWORD)
    dana.post("/sign-out")
    assert dana.get(begun).status_code == 403
    with database.reading() as session:
        assert session.scalars(select(AuditEntry.event).where(AuditEntry.event == "sign_in_failed")).all()


def test_strangers_stay_out_unless_their_domain_is_let_in(
    app: Flask, connected: Settings, provider: Provider, database: Database
) -> None:
    assert "Nobody with this address" in refused(app, provider, database, email="eve@news.example")
    with serving(replace(connected, oidc_domains=("news.example",), oidc_role="viewer")) as open_app:
        for email in (
            "eve@evil.example",
            "eve@sub.news.example",
            "eve@news.example@evil.example",
            "eve@evil.example,@news.example x",
        ):
            assert sign_in(open_app, provider, email=email)[1] in (403, 422), email
        browser, status, _ = sign_in(open_app, provider, email="Eve@news.example", name="Eve\n<b>")
        assert status == 303
        assert browser.get("/queue").status_code == 200
        assert browser.get("/settings").status_code == 403
    with serving(replace(connected, oidc_domains=("news.example",))) as half_open:
        assert sign_in(half_open, provider, email="ann@news.example")[1] == 403


def test_it_is_off_where_it_is_not_set_and_away_where_the_provider_is(connected: Settings, settings: Settings) -> None:
    with serving(settings) as app:
        assert "elsewhere" not in Browser(app).get("/sign-in").get_data(as_text=True)
        assert Browser(app).post("/sign-in/oidc/start").status_code == 404
        assert Browser(app).get("/sign-in/oidc/callback").status_code == 404
    with serving(replace(connected, oidc_issuer="http://127.0.0.1:1/")) as app:
        assert "Sign in with Newsroom login" in Browser(app).get("/sign-in").get_data(as_text=True)
        began = time.monotonic()
        assert Browser(app).post("/sign-in/oidc/start").status_code == 503
        assert time.monotonic() - began < 30


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_provider_that_calls_itself_otherwise_is_refused(app: Flask, provider: Provider) -> None:
    provider.next(wrong="discovery")
    assert Browser(app).post("/sign-in/oidc/start").status_code == 403
    provider.next()
    assert Browser(app).post("/sign-in/oidc/start").status_code == 200


def test_a_provider_is_asked_over_https_only() -> None:
    for issuer in ("http://login.news.example", "ftp://login.news.example", "https://login.news.example?x", "login"):
        with pytest.raises(BadSetting, match="oidc_issuer"):
            load({"GREENROOM_OIDC_ISSUER": issuer})
    assert load({"GREENROOM_OIDC_ISSUER": "https://login.news.example/"}).oidc_issuer == "https://login.news.example/"
