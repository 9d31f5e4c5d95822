"""A moderator at work on a phone: one card with buttons in reach, and swipes."""

from playwright.sync_api import expect

from service.domain.states import State
from tests.browser.queue_page import Calm, back_at_the_top, current, eventually, number_in, swipe
from tests.support.desk import PHONE, Desk
from tests.support.seeding import Seed, sow
from tests.support.synthetic import SEEDS


def test_a_phone_shows_one_card_with_big_buttons_in_reach(desk: Desk, calm: Calm) -> None:
    sow(desk.database, "news", SEEDS)
    page = desk.open(desk.sit_down(**PHONE))
    for name in ("Approve", "Reject"):
        box = (
            page.locator(".card.current .acts")
            .locator(f"button:has-text('{name}'), summary:has-text('{name}')")
            .first.bounding_box()
        )
        assert box["height"] >= 56, name
        assert box["y"] + box["height"] <= 844, name
        assert box["y"] > 422, name
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.locator(".card.current summary").tap()
    sheet = page.locator(".card.current .sheet").bounding_box()
    assert sheet["x"] == 0
    assert round(sheet["y"] + sheet["height"]) == 844
    page.locator(".card.current .sheet").get_by_role("button", name="Insult").tap()
    eventually(page, desk, State.REJECTED, 2)
    page.locator(".card.current .acts > .yes").tap()
    eventually(page, desk, State.APPROVED, 8)
    calm(page)


def test_a_swipe_on_a_phone_is_an_extra(desk: Desk, calm: Calm) -> None:
    sow(desk.database, "news", [Seed(f"comment number {n}\n" + "and a long tale of it\n" * 40, minutes=20 - n) for n in range(3)])
    page = desk.open(desk.sit_down(**PHONE))
    swipe(page, (60, 400), (70, 340), (90, 250), (110, 150))  # Upwards: only scrolls.
    back_at_the_top(page)
    swipe(page, (60, 400), (100, 402), (150, 405), (70, 402))  # The finger turns back.
    assert current(page).startswith("comment number 0")
    swipe(page, (60, 400), (100, 402), (180, 405), (290, 405))
    eventually(page, desk, State.APPROVED, 1)
    assert current(page).startswith("comment number 1")
    swipe(page, (330, 400), (290, 402), (180, 405), (60, 405))
    expect(page.locator(".card.current details.reject[open] .sheet")).to_be_visible()
    assert number_in(desk, State.HELD) == 2
    calm(page)
