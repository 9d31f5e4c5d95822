"""A session that has ended: the page asks to sign in again, in its place, and nothing that was decided or typed is lost."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import delete, select

from service.actions.accounts.sign_in import set_password
from service.domain.security.passwords import hash_password
from service.domain.states import State
from service.store.accounts.moderators import moderator_with
from service.store.tables.accounts import BrowserSession
from service.store.tables.moderation import Decision, Note
from tests.browser.queue_page import eventually
from tests.support.desk import Desk
from tests.support.seeding import Seed, sow

PASSWORD = "a quiet room behind the stage"  # noqa: S105
SEEDS = [Seed(f"comment number {n}", f"Author {n}", minutes=20 - n) for n in range(4)]


@pytest.fixture
def dana(desk: Desk) -> Callable[[str], Page]:
    def open_page(path: str) -> Page:
        page = desk.sit_down()
        with desk.database.writing() as session:
            found = moderator_with(session, "dana@news.example")
            assert found
            set_password(session, found.id, hash_password(PASSWORD), but=session.scalar(select(BrowserSession.digest)) or "")
        if path != "/queue":
            return desk.open(page, path)
        # The page asks for its leases at once. Answered after the session's end, they would open the dialog too early.
        with page.expect_response("**/queue/leases?*"):
            return desk.open(page, path)

    return open_page


def end_sessions(desk: Desk) -> None:
    with desk.database.writing() as session:
        session.execute(delete(BrowserSession))


def sign_in(page: Page) -> None:
    dialog = page.locator("dialog.again")
    expect(dialog).to_contain_text("what you typed is kept")
    dialog.get_by_label("E-mail address").fill("dana@news.example")
    dialog.get_by_label("Password").fill("a wrong one")
    dialog.get_by_role("button", name="Sign in", exact=True).click()
    expect(dialog.get_by_role("alert")).to_be_visible()
    dialog.get_by_label("Password").fill(PASSWORD)
    dialog.get_by_role("button", name="Sign in", exact=True).click()
    expect(dialog).to_have_count(0)


def test_decisions_and_their_message_are_sent_after_signing_in_again(desk: Desk, dana: Callable[[str], Page]) -> None:
    sow(desk.database, "news", SEEDS)
    page = dana("/queue")
    end_sessions(desk)
    page.keyboard.press("r")
    page.keyboard.press("m")
    page.keyboard.type("We do not accept this.")
    page.keyboard.press("Enter")
    sign_in(page)
    eventually(page, desk, State.REJECTED, 1)
    with desk.database.reading() as session:
        assert session.scalar(select(Decision.note)) == "We do not accept this."
    # The page goes on with the new session.
    page.keyboard.press("a")
    eventually(page, desk, State.APPROVED, 1)
    expect(page.locator(".complaint")).to_have_count(0)


def test_signing_in_in_another_tab_helps_too(desk: Desk, dana: Callable[[str], Page]) -> None:
    sow(desk.database, "news", SEEDS)
    page = dana("/queue")
    end_sessions(desk)
    page.keyboard.press("a")
    expect(page.locator("dialog.again")).to_be_visible()
    other = page.context.new_page()
    other.goto(f"{desk.address}/sign-in")
    other.get_by_label("E-mail address").fill("dana@news.example")
    other.get_by_label("Password").fill(PASSWORD)
    other.get_by_role("button", name="Sign in", exact=True).click()
    other.wait_for_url("**/queue")
    eventually(page, desk, State.APPROVED, 1)
    expect(page.locator("dialog.again")).to_have_count(0)


def test_whoever_closes_the_dialog_gets_the_card_and_the_message_back(desk: Desk, dana: Callable[[str], Page]) -> None:
    sow(desk.database, "news", SEEDS)
    page = dana("/queue")
    end_sessions(desk)
    page.keyboard.press("r")
    page.keyboard.press("m")
    page.keyboard.type("kept")
    page.keyboard.press("Enter")
    page.get_by_role("dialog").get_by_role("button", name="Not now").click()
    expect(page.locator(".card.current .complaint")).to_contain_text("you are signed out")
    expect(page.locator(".card.current .reject input[name=note]")).to_have_value("kept")


def test_the_form_of_another_page_is_sent_after_signing_in_again(desk: Desk, dana: Callable[[str], Page]) -> None:
    ids = sow(desk.database, "news", SEEDS)
    page = dana(f"/queue/comments/{ids[0]}")
    page.get_by_text("Internal note").click()
    page.locator("#note textarea").fill("A long note. " * 50)
    end_sessions(desk)
    page.get_by_role("button", name="Add note").click()
    sign_in(page)
    expect(page.get_by_text("Note added.")).to_be_visible()
    with desk.database.reading() as session:
        assert session.scalar(select(Note.text)) == ("A long note. " * 50).strip()


def test_changed_keys_are_saved_after_signing_in_again(desk: Desk, dana: Callable[[str], Page]) -> None:
    sow(desk.database, "news", SEEDS)
    page = dana("/queue")
    end_sessions(desk)
    page.keyboard.press("?")
    page.get_by_label("Approve", exact=True).fill("g")
    page.get_by_role("button", name="Save", exact=True).click()
    with page.expect_navigation():
        sign_in(page)
    page.keyboard.press("?")
    expect(page.get_by_label("Approve", exact=True)).to_have_value("g")


def test_the_browser_warns_only_of_changes_that_are_not_saved(desk: Desk) -> None:
    page = desk.open(desk.sit_down(), "/settings")
    leaves = "dispatchEvent(new Event('beforeunload', { cancelable: true }))"
    assert page.evaluate(leaves)
    field = page.locator("textarea").first
    field.fill("a new word")
    assert not page.evaluate(leaves)
    field.fill("")
    assert page.evaluate(leaves)


def test_after_a_first_sign_in_by_link_a_password_is_asked_for(desk: Desk, chromium: Browser) -> None:
    page = desk.open(desk.sit_down(), "/account/first-password")
    for name in ("New password", "Confirm new password"):
        page.get_by_label(name, exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Set password").click()
    page.wait_for_url("**/queue")
    desk.open(page, "/account/first-password")
    page.wait_for_url("**/queue")
    assert page.get_by_label("New password", exact=True).count() == 0
