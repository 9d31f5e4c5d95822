"""The keys of the queue page on every keyboard layout, with caps lock and with an input method; and what the tab of the browser says."""

import pytest
from playwright.sync_api import Page, expect

from service.domain.states import State
from tests.browser.queue_page import Calm, answered, current, eventually, number_in
from tests.support.desk import Desk
from tests.support.seeding import Seed, sow

SEEDS = [Seed(f"comment number {n}", f"Author {n}", minutes=20 - n) for n in range(4)]


def press(page: Page, key: str, code: str, *, shift: bool = False, caps: bool = False) -> None:
    """A key as another layout sends it. Playwright itself knows the American layout only."""
    page.evaluate(
        "([key, code, shiftKey, modifierCapsLock]) => document.activeElement.dispatchEvent("
        "new KeyboardEvent('keydown', { key, code, shiftKey, modifierCapsLock, bubbles: true, cancelable: true }))",
        [key, code, shift, caps],
    )


@pytest.mark.parametrize(
    "key", ["ф", "ש", "ش", "ㅁ", "α", "Process", "a"], ids=["ru", "he", "ar", "ko", "el", "input method", "us"]
)
def test_a_key_counts_by_its_place_where_the_layout_is_not_latin(desk: Desk, calm: Calm, key: str) -> None:
    sow(desk.database, "news", SEEDS)
    page = desk.open(desk.sit_down())
    press(page, key, "KeyA")
    eventually(page, desk, State.APPROVED, 1)
    assert current(page) == "comment number 1"
    calm(page)


def test_a_latin_layout_counts_by_its_letters(desk: Desk) -> None:
    sow(desk.database, "news", SEEDS)
    page = desk.open(desk.sit_down())
    press(page, "q", "KeyA")  # On a French keyboard `q` is where Americans have `a`.
    press(page, "a", "KeyQ")
    eventually(page, desk, State.APPROVED, 1)
    # Digits need Shift there, and the reasons are chosen without it.
    press(page, "r", "KeyR")
    press(page, "é", "Digit2")
    eventually(page, desk, State.REJECTED, 1)
    assert current(page) == "comment number 2"


def test_undo_and_redo_differ_by_shift_also_in_cyrillic_letters_and_with_caps_lock(desk: Desk, calm: Calm) -> None:
    sow(desk.database, "news", SEEDS)
    page = desk.open(desk.sit_down())
    press(page, "ф", "KeyA")
    answered(page)
    press(page, "я", "KeyZ")
    eventually(page, desk, State.HELD, 4)
    answered(page)
    press(page, "Я", "KeyZ", shift=True)
    eventually(page, desk, State.APPROVED, 1)
    answered(page)
    expect(page.locator("#caps")).to_be_hidden()
    press(page, "Z", "KeyZ", caps=True)
    eventually(page, desk, State.HELD, 4)
    expect(page.locator("#caps")).to_be_visible()
    press(page, "j", "KeyJ")
    expect(page.locator("#caps")).to_be_hidden()
    calm(page)


def test_a_chosen_key_of_another_alphabet_works(desk: Desk) -> None:
    sow(desk.database, "news", SEEDS)
    page = desk.open(desk.sit_down(preferences={"keys": {"approve": "ж"}}))
    press(page, "ф", "KeyA")
    assert current(page) == "comment number 0"
    press(page, "ж", "Semicolon")
    eventually(page, desk, State.APPROVED, 1)


def test_a_rejection_with_a_reason_and_an_own_sentence_needs_four_keys(desk: Desk, calm: Calm) -> None:
    sow(desk.database, "news", SEEDS)
    page = desk.open(desk.sit_down())
    # A card has a field for the message only from when its form is opened: fields cost time whenever cards come.
    boxes = page.locator(".card input[name=note]")
    expect(boxes).to_have_count(0)
    page.keyboard.press("r")
    expect(boxes).to_have_count(1)
    page.keyboard.press("m")
    page.keyboard.type("Stay calm, 7 of 9.")
    page.keyboard.press("Tab")
    page.keyboard.press("2")
    eventually(page, desk, State.REJECTED, 1)
    assert number_in(desk, State.HELD) == 3
    calm(page)


def test_the_message_of_a_rejection_stays_until_the_answer_came(desk: Desk) -> None:
    sow(desk.database, "news", SEEDS)
    page = desk.open(desk.sit_down())
    page.context.set_offline(True)
    page.keyboard.press("r")
    page.keyboard.press("m")
    page.keyboard.type("We do not accept this.")
    page.keyboard.press("Enter")
    expect(page.locator(".complaint")).to_be_visible()
    box = page.locator(".card.current .reject input[name=note]")
    expect(box).to_be_visible()
    expect(box).to_have_value("We do not accept this.")
    page.context.set_offline(False)
    box.press("Enter")
    eventually(page, desk, State.REJECTED, 1)


def test_the_tab_of_the_browser_counts_what_is_held(desk: Desk, calm: Calm) -> None:
    sow(desk.database, "news", SEEDS)
    page = desk.open(desk.sit_down())
    expect(page).to_have_title("Held for review (4) · Greenroom")
    page.keyboard.press("a")
    expect(page).to_have_title("Held for review (3) · Greenroom")
    for _ in range(3):
        page.keyboard.press("a")
    expect(page).to_have_title("Held for review · Greenroom")
    calm(page)


def test_from_the_page_to_the_first_approve_are_few_tabs(desk: Desk) -> None:
    sow(desk.database, "news", SEEDS)
    page = desk.open(desk.sit_down())
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the first comment")).to_be_focused()
    page.keyboard.press("Enter")
    approve = page.locator(".card.current .yes")
    for _ in range(5):
        page.keyboard.press("Tab")
        if approve.evaluate("(one) => one === document.activeElement"):
            break
    expect(approve).to_be_focused()


def test_in_forced_colours_the_current_tab_looks_different(desk: Desk) -> None:
    page = desk.open(desk.sit_down(forced_colors="active"))
    edge = (
        "(one) => { const { borderBottomColor, outlineStyle } = getComputedStyle(one); return borderBottomColor + outlineStyle; }"
    )
    looks = [one.evaluate(edge) for one in page.locator(".tabs a:visible").all()]
    assert looks.count(looks[0]) == 1
