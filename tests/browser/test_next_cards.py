"""When all cards on the page are decided, the next ones load automatically, as long as any are left."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from service.domain.states import State
from service.store.tables.accounts import Role
from tests.browser.queue_page import answered, current, eventually
from tests.support.desk import PHONE, Desk
from tests.support.seeding import Seed, sow

Calm = Callable[[Page], None]
LOOK = "document.dispatchEvent(new Event('visibilitychange'))"


def waiting(desk: Desk, number: int, name: str = "comment number") -> None:
    sow(desk.database, "news", [Seed(f"{name} {n}", f"{name} {n}", minutes=60) for n in range(number)])


def test_after_all_that_can_be_selected_at_once_the_next_cards_come(desk: Desk, calm: Calm) -> None:
    waiting(desk, 160)
    page = desk.open(desk.sit_down())
    page.keyboard.press("*")
    expect(page.locator(".bulk-count")).to_have_text("154 selected")
    page.keyboard.press("s")
    expect(page.locator(".card")).to_have_count(6)
    assert current(page) == "comment number 154"
    expect(page.locator("h2:focus")).to_have_text("comment number 154")
    eventually(page, desk, State.REJECTED, 154)
    calm(page)


def test_after_each_card_of_a_phone_was_ticked_the_next_ones_come(desk: Desk, calm: Calm) -> None:
    waiting(desk, 20)
    page = desk.open(desk.sit_down(**PHONE), "/queue?order=oldest")
    page.evaluate("for (const box of document.querySelectorAll('.pick input')) box.click()")
    page.locator("#bulk > .yes").tap()
    expect(page.locator(".card.current .text")).to_have_text("comment number 14")
    eventually(page, desk, State.APPROVED, 14)
    calm(page)


def test_after_the_last_card_come_those_that_are_new_and_those_of_colleagues(desk: Desk, calm: Calm) -> None:
    waiting(desk, 14)
    sam = desk.open(desk.sit_down("Sam", Role.MODERATOR))
    with sam.expect_response("**/queue/leases*"):
        sam.reload()
    waiting(desk, 2, "for Dana")
    page = desk.open(desk.sit_down())
    expect(page.locator(".card")).to_have_count(2)
    sow(desk.database, "news", [Seed("the newest", minutes=-0.01)])
    for _ in range(2):
        page.keyboard.press("a")
    expect(page.locator(".card .text")).to_have_text(["the newest"])
    page.keyboard.press("a")
    expect(page.locator(".card")).to_have_count(14)
    expect(page.locator(".card").first).to_contain_text("Sam is looking at this too")
    page.keyboard.press("*")
    page.keyboard.press("a")
    expect(page.locator("#empty")).to_be_visible()
    eventually(page, desk, State.APPROVED, 17)
    calm(page)


def test_an_empty_page_fills_itself_as_soon_as_a_comment_waits(desk: Desk, calm: Calm) -> None:
    page = desk.open(desk.sit_down())
    expect(page.locator("#empty")).to_be_visible()
    waiting(desk, 3)
    page.evaluate(LOOK)
    expect(page.locator(".card")).to_have_count(3)
    expect(page.locator("#empty")).to_be_hidden()
    for key in ("x", "j", "x", "r", "1"):
        page.keyboard.press(key)
    eventually(page, desk, State.REJECTED, 2)
    calm(page)


def test_next_cards_that_did_not_load_are_asked_for_again(desk: Desk) -> None:
    waiting(desk, 20)
    page = desk.sit_down()
    page.route("**/queue/cards?*", lambda route: route.abort("internetdisconnected"))
    desk.open(page)
    for _ in range(14):
        page.keyboard.press("a")
    expect(page.get_by_text("The next comments could not be loaded.")).to_be_visible()
    expect(page.locator("#empty")).to_be_hidden()
    answered(page)
    page.unroute("**/queue/cards?*")
    page.evaluate(LOOK)
    expect(page.locator(".card")).to_have_count(6)
    expect(page.get_by_text("The next comments could not be loaded.")).to_have_count(0)
