"""Passkeys on real pages, with Chromium's virtual authenticator."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import CDPSession, Page, expect
from sqlalchemy import delete, select

from service.actions.accounts.sign_in import new_link, set_password
from service.domain.security.passwords import hash_password
from service.domain.states import State
from service.store.accounts.moderators import moderator_with
from service.store.tables.accounts import BrowserSession
from service.store.tables.passkeys import Passkey
from tests.browser.queue_page import eventually
from tests.support.desk import Desk
from tests.support.seeding import Seed, sow

DANA, PASSWORD = "dana@news.example", "a quiet room behind the stage"


class Phone:
    """The authenticator of a page: a phone with a fingerprint sensor."""

    def __init__(self, page: Page) -> None:
        self._cdp: CDPSession = page.context.new_cdp_session(page)
        self._cdp.send("WebAuthn.enable")
        options = {
            "protocol": "ctap2",
            "transport": "internal",
            "hasResidentKey": True,
            "hasUserVerification": True,
            "isUserVerified": True,
            "automaticPresenceSimulation": True,
        }
        self.id = self._cdp.send("WebAuthn.addVirtualAuthenticator", {"options": options})["authenticatorId"]

    def knows_finger(self, known: bool) -> None:
        self._cdp.send("WebAuthn.setUserVerified", {"authenticatorId": self.id, "isUserVerified": known})

    @property
    def passkeys(self) -> list[dict]:
        return self._cdp.send("WebAuthn.getCredentials", {"authenticatorId": self.id})["credentials"]


@pytest.fixture
def desk(desk: Desk) -> Desk:
    # Browsers allow no passkeys for an IP address.
    desk.address = desk.address.replace("127.0.0.1", "localhost")
    return desk


@pytest.fixture
def dana(desk: Desk) -> Callable[[str], tuple[Page, Phone]]:
    """A page of Dana, who has no password yet, and the phone that it is open on."""

    def open_page(path: str) -> tuple[Page, Phone]:
        page = desk.sit_down()
        phone = Phone(page)
        return desk.open(page, path), phone

    return open_page


def with_password(desk: Desk) -> None:
    with desk.database.writing() as session:
        person = moderator_with(session, DANA)
        assert person
        set_password(session, person.id, hash_password(PASSWORD), but=session.scalar(select(BrowserSession.digest)) or "")


def end_sessions(desk: Desk) -> None:
    with desk.database.writing() as session:
        session.execute(delete(BrowserSession))


def test_at_the_first_sign_in_a_passkey_is_the_choice_beside_a_password(
    desk: Desk, dana: Callable[[str], tuple[Page, Phone]], calm: Callable[[Page], None]
) -> None:
    page, phone = dana("/account")
    with desk.database.writing() as session:
        person = moderator_with(session, DANA)
        assert person
        token = new_link(session, person.id, now=datetime.now(UTC), valid=timedelta(hours=1))
    end_sessions(desk)
    desk.open(page, f"/sign-in/{token}")
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_role("button", name="Create a passkey").click()
    page.wait_for_url("**/queue")
    assert [passkey["userName"] for passkey in phone.passkeys] == [DANA]
    end_sessions(desk)
    # The page that was asked for is opened after the sign-in.
    desk.open(page, "/decisions")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page).to_have_url(f"{desk.address}/decisions")
    desk.open(page, "/account")
    expect(page.locator("#passkeys")).to_contain_text("Passkey")
    expect(page.locator("#passkeys")).to_contain_text(re.compile("last used"))
    with desk.database.reading() as session:
        assert session.scalar(select(Passkey.sign_count)) == phone.passkeys[0]["signCount"] > 0
    calm(page)


def test_a_passkey_is_added_and_removed_on_the_account_page(desk: Desk, dana: Callable[[str], tuple[Page, Phone]]) -> None:
    page, phone = dana("/account")
    with_password(desk)
    desk.open(page, "/account")
    place = page.locator("#passkeys")
    place.get_by_label("Name of the device").fill("My <b>phone</b>")
    place.get_by_label("Current password").fill("a wrong one")
    place.get_by_role("button", name="Create a passkey").click()
    expect(place.get_by_role("alert")).to_have_text("The current password is wrong.")
    place.get_by_label("Current password").fill(PASSWORD)
    place.get_by_role("button", name="Create a passkey").click()
    expect(page.get_by_text("Your passkey is saved.")).to_be_visible()
    expect(place).to_contain_text("My <b>phone</b>")
    assert len(phone.passkeys) == 1
    # The same device makes no second one.
    place.get_by_label("Current password").fill(PASSWORD)
    place.get_by_role("button", name="Create a passkey").click()
    expect(place.get_by_role("alert")).to_contain_text("No passkey was created")
    place.locator("summary").click()
    place.get_by_role("button", name="Remove My").click()
    expect(page.get_by_text("That passkey is removed.")).to_be_visible()
    with desk.database.reading() as session:
        assert session.scalar(select(Passkey.id)) is None


def test_without_the_finger_nothing_opens_and_the_page_says_so(desk: Desk, dana: Callable[[str], tuple[Page, Phone]]) -> None:
    page, phone = dana("/account/first-password")
    phone.knows_finger(False)
    page.get_by_role("button", name="Create a passkey").click()
    expect(page.get_by_role("alert")).to_contain_text("No passkey was created")
    phone.knows_finger(True)
    page.get_by_role("button", name="Create a passkey").click()
    page.wait_for_url("**/queue")
    end_sessions(desk)
    phone.knows_finger(False)
    desk.open(page, "/sign-in")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("alert")).to_contain_text("No passkey was used")
    assert page.url.endswith("/sign-in")


def test_a_passkey_of_a_removed_account_is_refused_in_the_language_of_the_page(
    desk: Desk, dana: Callable[[str], tuple[Page, Phone]]
) -> None:
    page, _phone = dana("/account/first-password")
    page.get_by_role("button", name="Create a passkey").click()
    page.wait_for_url("**/queue")
    with desk.database.writing() as session:
        session.execute(delete(Passkey))
    end_sessions(desk)
    page.set_extra_http_headers({"Accept-Language": "de"})
    desk.open(page, "/sign-in")
    page.locator("[data-passkey-sign-in]").click()
    expect(page.get_by_role("alert")).to_contain_text("Passkey")
    expect(page.get_by_role("alert")).not_to_contain_text("this passkey")


def test_the_dialog_that_signs_in_again_takes_a_passkey(desk: Desk, dana: Callable[[str], tuple[Page, Phone]]) -> None:
    sow(desk.database, "news", [Seed(f"comment number {n}", f"Author {n}", minutes=20 - n) for n in range(4)])
    page, _phone = dana("/account/first-password")
    page.get_by_role("button", name="Create a passkey").click()
    page.wait_for_url("**/queue")
    end_sessions(desk)
    page.keyboard.press("a")
    dialog = page.locator("dialog.again")
    dialog.get_by_role("button", name="Sign in with a passkey").click()
    expect(dialog).to_have_count(0)
    eventually(page, desk, State.APPROVED, 1)
    assert page.url.endswith("/queue")
    # The page goes on with the new session.
    page.keyboard.press("a")
    eventually(page, desk, State.APPROVED, 2)


def test_a_browser_that_knows_no_passkeys_shows_none(desk: Desk) -> None:
    page = desk.sit_down()
    page.add_init_script("delete window.PublicKeyCredential")
    desk.open(page, "/account/first-password")
    expect(page.get_by_role("button", name="Set password")).to_be_visible()
    expect(page.get_by_role("button", name="Create a passkey")).to_be_hidden()
