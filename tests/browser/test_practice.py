"""The practice page in a real browser: all ten comments with the keyboard only."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from service.store.tables.accounts import Role
from tests.support.desk import Desk

KEYS = ("a", "s", "r1", "a", "a", "r5", "a", "a", ("e", "Enter"), "r4")


def test_ten_comments_are_decided_by_keys_alone(desk: Desk, calm: Callable[[Page], None]) -> None:
    page = desk.sit_down("Nia", Role.MODERATOR)
    desk.open(page)
    page.get_by_role("link", name="Start").click()
    for n, keys in enumerate(KEYS, 1):
        expect(page.get_by_role("heading", level=1)).to_contain_text(f"{n} of 10")
        expect(page.locator("#told")).to_have_count(0)
        page.wait_for_load_state()
        for key in keys:
            page.keyboard.press(key)
        expect(page.locator("#told")).to_contain_text("correct")
        page.wait_for_load_state()
        calm(page)
        page.keyboard.press("j")
    expect(page.get_by_role("heading", level=1)).to_have_text("Practice finished")
    page.wait_for_load_state()
    page.keyboard.press("j")
    page.wait_for_url("**/queue?*")
    expect(page.get_by_text("New here?")).to_have_count(0)


def test_over_an_open_list_of_reasons_no_key_answers(desk: Desk) -> None:
    page = desk.open(desk.sit_down("Nia", Role.MODERATOR), "/queue/practice?n=1")
    page.wait_for_load_state()
    for key in ("r", "s", "Escape", "a"):
        page.keyboard.press(key)
    expect(page.locator("#told")).to_contain_text("Approve: correct")
