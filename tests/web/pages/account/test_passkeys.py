"""Passkeys: a right answer signs in once, and every wrong one is refused without an error of ours."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from service.actions.accounts.moderators import disable
from service.actions.accounts.oidc import moderator_of
from service.actions.accounts.passkeys import MOST_PASSKEYS
from service.actions.accounts.two_factor import begin, confirm, reset
from service.actions.sites.sites_and_keys import add_site
from service.config import Settings
from service.domain.audit_events import AuditEvent
from service.domain.security.encryption import SecretBox
from service.domain.security.oidc import InvalidIdToken, OidcIdentity
from service.domain.security.totp import code_at, step_at
from service.store.accounts.moderators import moderator_with
from service.store.accounts.passkeys import passkeys_of
from service.store.db.engine import Database
from service.store.tables.accounts import Role
from service.store.tables.audit_log import AuditEntry
from service.store.tables.passkeys import Passkey
from tests.support.authenticator import Authenticator
from tests.support.sign_in import Browser, moderator, serving

ORIGIN, DOMAIN = "http://localhost:8000", "localhost"
DANA, PASSWORD = "dana@news.example", "a quiet room behind the stage"


@pytest.fixture
def app(settings: Settings, database: Database) -> Iterator[Flask]:
    with database.writing() as session:
        add_site(session, "news", origins=["https://news.example"], now=datetime.now(UTC))
    with serving(replace(settings, public_url=ORIGIN, form_rate_per_minute=1000)) as app:
        yield app


@pytest.fixture
def dana(app: Flask, database: Database) -> Browser:
    return Browser(app, ORIGIN).signed_in(moderator(database, DANA, Role.ADMIN))


@pytest.fixture
def device(dana: Browser) -> Authenticator:
    """Dana's device, with a passkey."""
    return registered(dana)


def registered(browser: Browser, name: str = "My phone") -> Authenticator:
    device = Authenticator(ORIGIN, DOMAIN)
    options = browser.send("/account/passkeys/options", {}).json
    answer = browser.send("/account/passkeys", {"credential": device.create(options), "name": name})
    assert answer.status_code == 200, answer.text
    return device


def asked(browser: Browser) -> dict[str, Any]:
    answer = browser.send("/sign-in/passkey/options", {})
    assert answer.status_code == 200, answer.text
    return answer.json


def enter(browser: Browser, credential: object, **more: str) -> int:
    answer = browser.send("/sign-in/passkey/answer", {"credential": credential, **more})
    assert answer.status_code == 200 or not browser.client.get_cookie("greenroom", domain=DOMAIN)
    return answer.status_code


def test_a_passkey_signs_in_and_is_counted(app: Flask, device: Authenticator, database: Database) -> None:
    browser = Browser(app, ORIGIN)
    answer = browser.send("/sign-in/passkey/answer", {"credential": device.use(asked(browser)), "next": "/queue?tab=approved"})
    assert (answer.status_code, answer.json) == (200, {"next": "/queue?tab=approved"})
    assert browser.get("/queue").status_code == 200
    with database.reading() as session:
        (passkey,) = session.scalars(select(Passkey))
        assert (passkey.sign_count, passkey.name) == (1, "My phone")
        assert passkey.used_at is not None
        events = session.execute(select(AuditEntry.event, AuditEntry.details)).all()
    assert (AuditEvent.PASSKEY_ADDED, {}) in events
    assert (AuditEvent.SIGNED_IN, {"after": {"by": "passkey"}}) in events
    page = Browser(app, ORIGIN)
    evil = page.send("/sign-in/passkey/answer", {"credential": device.use(asked(page)), "next": "//evil.example"})
    assert evil.json == {"next": "/queue"}


WRONG: dict[str, Callable[[Authenticator, dict[str, Any]], object]] = {
    "another origin": lambda device, asked: device.use(asked, origin="https://evil.example"),
    "another port": lambda device, asked: device.use(asked, origin="http://localhost:8001"),
    "another domain": lambda device, asked: device.use(asked, domain="evil.example"),
    "a challenge of its own": lambda device, asked: device.use({"challenge": "AAAA"}),
    "nobody verified": lambda device, asked: device.use(asked, verified=False),
    "a counter that has not grown": lambda device, asked: device.use(asked, count=0),
    "another account": lambda device, asked: device.use(asked, user=bytes(16)),
    "no account": lambda device, asked: device.use(asked, user=b""),
    "an answer to something else": lambda device, asked: device.use(asked, kind="webauthn.create"),
    "another key": lambda device, asked: replace(device, key=Authenticator("", "").key).use(asked),
    "a passkey that nobody has": lambda device, asked: replace(device, credential_id=b"x" * 32).use(asked),
    "an id without end": lambda device, asked: {**device.use(asked), "id": "A" * 20_000},
    "no response": lambda device, asked: {"id": device.use(asked)["id"]},
    "nothing": lambda device, asked: {},
    "numbers": lambda device, asked: {"id": 1, "rawId": [], "response": 7},
    "damaged": lambda device, asked: {**device.use(asked), "response": {**device.use(asked)["response"], "authenticatorData": "AAAA"}},
    "NUL": lambda device, asked: {**device.use(asked), "id": "\0"},
    "half a character": lambda device, asked: {**device.use(asked), "rawId": "\ud800"},
}  # fmt: skip


@pytest.mark.parametrize("fault", list(WRONG))
def test_a_wrong_answer_is_refused(fault: str, app: Flask, dana: Browser, device: Authenticator) -> None:
    browser = Browser(app, ORIGIN)
    if fault == "a counter that has not grown":
        assert enter(browser, device.use(asked(browser))) == 200
        browser = Browser(app, ORIGIN)
    assert enter(browser, WRONG[fault](device, asked(browser))) == 403
    # The next right answer is taken.
    device.count = 10
    assert enter(browser, device.use(asked(browser))) == 200


def test_an_answer_counts_once_and_in_its_browser_only(app: Flask, device: Authenticator) -> None:
    first, second = Browser(app, ORIGIN), Browser(app, ORIGIN)
    answer = device.use(asked(first))
    cookie = first.client.get_cookie("greenroom-passkey", domain=DOMAIN).value
    assert enter(second, answer) == 403
    asked(second)
    assert enter(second, answer) == 403
    assert enter(first, answer) == 200
    replayed = Browser(app, ORIGIN)
    replayed.client.set_cookie("greenroom-passkey", cookie, domain=DOMAIN)
    assert enter(replayed, answer) == 403
    # A wrong answer uses the challenge up, too.
    third = Browser(app, ORIGIN)
    options = asked(third)
    cookie = third.client.get_cookie("greenroom-passkey", domain=DOMAIN).value
    assert enter(third, device.use(options, origin="https://evil.example")) == 403
    third.client.set_cookie("greenroom-passkey", cookie, domain=DOMAIN)
    assert enter(third, device.use(options)) == 403


def test_a_page_of_another_origin_cannot_send_an_answer(app: Flask, device: Authenticator) -> None:
    browser = Browser(app, ORIGIN)
    body = {"credential": device.use(asked(browser))}
    headers = {"Origin": "https://evil.example"}
    assert browser.client.post("/sign-in/passkey/answer", json=body, base_url=ORIGIN, headers=headers).status_code == 403
    assert enter(browser, body["credential"]) == 200


def test_a_new_passkey_needs_its_own_challenge_the_csrf_token_and_a_check_of_the_person(
    app: Flask, dana: Browser, database: Database
) -> None:
    def refused(browser: Browser, credential: object, status: int = 403) -> None:
        assert browser.send("/account/passkeys", {"credential": credential}).status_code == status

    def options() -> dict[str, Any]:
        return dana.send("/account/passkeys/options", {}).json

    device, csrf = Authenticator(ORIGIN, DOMAIN), dana.csrf
    refused(dana, device.create(options(), verified=False))
    refused(dana, device.create(options(), origin="https://evil.example"))
    refused(dana, device.create({**options(), "challenge": "AAAA"}))
    refused(dana, device.create({**options(), **asked(dana), "user": {"id": "AAAA"}}))
    answer = device.create(options())
    dana.csrf = "wrong"
    refused(dana, answer)
    dana.csrf = csrf
    mo = Browser(app, ORIGIN).signed_in(moderator(database, "mo@news.example"))
    cookie = dana.client.get_cookie("greenroom-passkey", domain=DOMAIN).value
    mo.client.set_cookie("greenroom-passkey", cookie, domain=DOMAIN)
    refused(mo, answer)
    assert dana.send("/account/passkeys", {"credential": answer}).status_code == 200
    refused(dana, answer)
    # The same passkey cannot belong to a second account.
    mine = mo.send("/account/passkeys/options", {}).json
    refused(mo, device.create(mine), 409)
    with database.reading() as session:
        assert len(session.scalars(select(Passkey)).all()) == 1


def test_with_a_password_a_new_passkey_asks_for_it(dana: Browser, database: Database) -> None:
    dana.post("/account/password", {"new": PASSWORD, "again": PASSWORD})
    dana.get("/account")
    answer = dana.send("/account/passkeys/options", {"old": "wrong"})
    assert answer.status_code == 422
    assert answer.json["detail"] == "The current password is wrong."
    assert dana.send("/account/passkeys/options", {"old": PASSWORD}).status_code == 200


def test_a_passkey_needs_no_second_factor(
    app: Flask, settings: Settings, dana: Browser, device: Authenticator, database: Database
) -> None:
    box, now = SecretBox.from_secret(settings.secret), datetime.now(UTC)
    with database.writing() as session:
        person = moderator_with(session, DANA)
        begin(session, person.id, secret_box=box)
        secret = box.decrypt(moderator_with(session, DANA).totp_secret)
        confirm(session, person.id, code_at(secret, step_at(now)), secret_box=box, now=now, but="")
    browser = Browser(app, ORIGIN)
    assert enter(browser, device.use(asked(browser))) == 200
    assert browser.get("/queue").status_code == 200


def test_a_passkey_is_the_second_factor_that_an_installation_demands(
    settings: Settings, database: Database, dana: Browser, device: Authenticator
) -> None:
    with serving(replace(settings, public_url=ORIGIN, two_factor="everybody")) as strict:
        browser = Browser(strict, ORIGIN)
        assert enter(browser, device.use(asked(browser))) == 200
        assert browser.get("/queue").status_code == 200
        by_link = Browser(strict, ORIGIN).signed_in(moderator(database, DANA, Role.ADMIN))
        assert by_link.get("/queue").location == "/account/two-factor"


def test_an_owner_removes_a_passkey_but_not_the_only_way_in(
    app: Flask, dana: Browser, device: Authenticator, database: Database
) -> None:
    page = dana.get("/account").text
    assert "My phone" in page
    with database.reading() as session:
        passkey_id = session.scalar(select(Passkey.id))
    assert dana.post(f"/account/passkeys/{passkey_id}/remove").status_code == 409
    mo = Browser(app, ORIGIN).signed_in(moderator(database, "mo@news.example"))
    assert mo.post(f"/account/passkeys/{passkey_id}/remove").status_code == 404
    dana.post("/account/password", {"new": PASSWORD, "again": PASSWORD})
    assert dana.post(f"/account/passkeys/{passkey_id}/remove").status_code == 303
    browser = Browser(app, ORIGIN)
    assert enter(browser, device.use(asked(browser))) == 403
    with database.reading() as session:
        assert AuditEvent.PASSKEY_REMOVED in session.scalars(select(AuditEntry.event)).all()


def test_an_account_has_a_bounded_number_of_passkeys(dana: Browser) -> None:
    for _ in range(MOST_PASSKEYS):
        registered(dana)
    options = dana.send("/account/passkeys/options", {}).json
    assert len(options["excludeCredentials"]) == MOST_PASSKEYS
    answer = dana.send("/account/passkeys", {"credential": Authenticator(ORIGIN, DOMAIN).create(options)})
    assert answer.status_code == 409
    assert "at most 20 passkeys" in answer.json["detail"]


def test_an_admins_reset_and_a_disabled_account_end_passkeys(
    app: Flask, dana: Browser, device: Authenticator, database: Database
) -> None:
    moderator(database, "ada@news.example", Role.ADMIN)
    with database.writing() as session:
        reset(session, moderator_with(session, DANA).id)
        assert passkeys_of(session, moderator_with(session, DANA).id) == []
    browser = Browser(app, ORIGIN)
    assert enter(browser, device.use(asked(browser))) == 403
    mo = Browser(app, ORIGIN).signed_in(moderator(database, "mo@news.example"))
    phone = registered(mo)
    with database.writing() as session:
        disable(session, "mo@news.example", now=datetime.now(UTC))
    assert enter(browser, phone.use(asked(browser))) == 403


def test_the_moderators_page_shows_who_has_a_passkey_and_removes_it(
    app: Flask, dana: Browser, device: Authenticator, database: Database
) -> None:
    ada = Browser(app, ORIGIN).signed_in(moderator(database, "ada@news.example", Role.ADMIN))
    assert "Remove passkeys and two-step verification" in ada.get("/settings/moderators").text
    with database.reading() as session:
        dana_id = moderator_with(session, DANA).id
    assert ada.post(f"/settings/moderators/{dana_id}/two-factor", {"site": "news"}).status_code == 303
    assert "Remove passkeys and two-step verification" not in ada.get("/settings/moderators").text
    assert dana.get("/queue").status_code == 303


def test_a_provider_does_not_take_over_an_account_with_a_passkey(device: Authenticator, database: Database) -> None:
    with database.writing() as session, pytest.raises(InvalidIdToken, match="an account with this address exists here"):
        moderator_of(session, OidcIdentity("a key", DANA, "Dana"), domains=(), role=None, now=datetime.now(UTC))


def test_whoever_has_a_passkey_is_asked_for_no_first_password(dana: Browser) -> None:
    assert "Create a passkey" in dana.get("/account/first-password").text
    registered(dana, name="")
    assert dana.get("/account/first-password").location == "/queue"
    assert "Passkey</strong>" in dana.get("/account").text


def test_without_a_domain_the_pages_offer_no_passkeys(settings: Settings, database: Database) -> None:
    with serving(settings) as app:
        browser = Browser(app)
        assert "passkey" not in browser.get("/sign-in").text
        assert browser.send("/sign-in/passkey/options", {}).status_code == 404
