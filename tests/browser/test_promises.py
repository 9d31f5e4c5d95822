"""Accessibility of the queue page beyond axe: sizes, focus, announcements and keys."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.support.desk import PHONE, Desk
from tests.support.seeding import Seed, sow
from tests.support.synthetic import SEEDS

#: Visible controls that are too low. A link within a line of text may be as low as its line.
PRESSED = "button, .button, summary, select, input:not([type=hidden], [type=checkbox], [type=radio]), .tabs a, .top a, label.check, label.pick"
TOO_SMALL = f"""[...document.querySelectorAll(`{PRESSED}`)].filter((one) => one.checkVisibility() && one.getBoundingClientRect().height < 43.9)
    .map((one) => one.outerHTML.slice(0, 120))"""
OUT_OF_REACH = """[...document.querySelectorAll('a[href], button, input:not([type=hidden]), select, textarea, summary')]
    .filter((one) => one.checkVisibility() && one.tabIndex < 0).map((one) => one.outerHTML.slice(0, 120))"""
REPEATED = "document.dispatchEvent(new KeyboardEvent('keydown', { key: 'a', repeat: true, bubbles: true }))"


@pytest.mark.parametrize("look", [{}, PHONE], ids=["wide", "phone"])
def test_everything_is_large_enough_and_within_reach_of_the_keyboard(desk: Desk, look: dict) -> None:
    sow(desk.database, "news", SEEDS)
    page = desk.open(desk.sit_down(**look), "/queue?order=priority")
    page.keyboard.press("r")
    assert page.evaluate(TOO_SMALL) == []
    assert page.evaluate(OUT_OF_REACH) == []


@pytest.mark.parametrize("language", ["en", "ar"])
def test_on_a_phone_a_strip_begins_at_the_place_where_one_is(desk: Desk, language: str, calm: Callable[[Page], None]) -> None:
    page = desk.open(desk.sit_down(preferences={"language": language}, **PHONE), "/settings/audit-log")
    for strip in page.locator("nav:has([aria-current])").all():
        place = strip.locator("[aria-current]").first
        expect(place).to_be_in_viewport(ratio=0.95)
    assert page.evaluate("scrollY") == 0
    calm(page)


def test_the_next_heading_has_the_focus_and_a_voice_says_what_happened(desk: Desk, calm: Callable[[Page], None]) -> None:
    sow(desk.database, "news", SEEDS)
    page = desk.open(desk.sit_down(forced_colors="active", reduced_motion="reduce"))
    page.evaluate(REPEATED)
    expect(page.locator(".card.current h2")).to_have_text("Marek")
    page.keyboard.press("a")
    expect(page.locator("h2:focus")).to_have_text("Bargain Corner")
    expect(page.locator("#live")).to_have_text("Approved. 18 still held")
    read = page.locator("#feed").aria_snapshot()
    for line in (
        'feed "Held for review"',
        'article "Bargain Corner"',
        'heading "Bargain Corner" [level=2]',
        'button "Approve"',
        "mark",
    ):
        assert line in read, read
    page.keyboard.press("?")
    assert page.locator("dialog label input[data-act]").count() == len(set("jkarseh zZxJK*conwibtlvumy/f?") - {" "})
    assert page.evaluate("getComputedStyle(document.querySelector('.card')).transitionDuration") == "0s"
    calm(page)


def test_the_other_keys_do_what_the_help_says(desk: Desk, calm: Callable[[Page], None]) -> None:
    sow(desk.database, "news", [Seed(f"comment number {n}", "Ann" if n == 2 else "", minutes=20 - n) for n in range(6)])
    page = desk.open(desk.sit_down())
    now = page.locator(".card.current .text")
    for key, number in (("j", 1), ("j", 2), ("k", 1), ("h", 2), ("J", 3), ("K", 2)):
        page.keyboard.press(key)
        expect(now).to_have_text(f"comment number {number}")
    # The skipped card is at the end. Two cards are selected by moving forward and back.
    expect(page.locator(".card .text").last).to_have_text("comment number 1")
    expect(page.locator(".bulk-count")).to_have_text("2 selected")
    page.keyboard.press("x")
    expect(page.locator(".bulk-count")).to_have_text("1 selected")
    page.keyboard.press("u")
    page.wait_for_url("**author=*")
    expect(page.locator(".card .text")).to_have_text(["comment number 2"])
    calm(page)


@pytest.mark.parametrize("colours", ["none", "active"])
def test_matched_words_are_covered_until_one_points_at_them(desk: Desk, colours: str) -> None:
    sow(desk.database, "news", SEEDS)
    page = desk.open(desk.sit_down(preferences={"mask": True}, forced_colors=colours))
    mark = page.locator(".card mark").first
    covered = "(one) => { const { color, backgroundColor } = getComputedStyle(one); return color === backgroundColor || /^rgba.*, 0.$/.test(color); }"
    assert mark.evaluate(covered)
    mark.hover()
    assert not mark.evaluate(covered)
