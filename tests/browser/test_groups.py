"""One card for several comments in the browser: what the numbers count, and which comments a key decides."""

from collections.abc import Callable

from playwright.sync_api import Page, expect
from sqlalchemy import func, select

from service.domain.states import State
from service.store.tables.comments import Comment, Thread
from tests.browser.queue_page import answered, eventually, number_in
from tests.support.desk import Desk
from tests.support.seeding import Seed, sow

Calm = Callable[[Page], None]
HERE, THERE = "A page", "Another page"
#: Five comments with the same text, two of them on another thread, and two single ones.
SEEDS = [
    *(Seed("Buy this, now!", f"Reader {n}", thread, minutes=20 - n) for n, thread in enumerate((HERE, HERE, HERE, THERE, THERE))),
    *(Seed(f"comment number {n}", "Anton", HERE, minutes=10 - n) for n in range(2)),
]


def waiting_there(desk: Desk) -> int:
    """The number of held comments on the other page."""
    with desk.database.reading() as session:
        there = select(func.count()).select_from(Comment).join(Thread)
        return session.scalar(there.where(Thread.title == THERE, Comment.state == State.HELD))


def test_numbers_count_the_comments_that_are_decided(desk: Desk, calm: Calm) -> None:
    sow(desk.database, "news", SEEDS)
    page = desk.open(desk.sit_down())
    expect(page.locator(".card")).to_have_count(3)
    page.keyboard.press("x")
    expect(page.locator(".bulk-count")).to_have_text("5 comments selected (1 card)")
    page.keyboard.press("*")
    expect(page.locator(".bulk-count")).to_have_text("7 comments selected (3 cards)")
    page.keyboard.press("*")
    page.keyboard.press("a")
    expect(page.locator("#undo-text")).to_have_text("5 approved. 2 still held")
    eventually(page, desk, State.APPROVED, 5)
    answered(page)
    page.keyboard.press("z")
    eventually(page, desk, State.HELD, 7)
    answered(page)
    page.keyboard.press("Shift+Z")
    eventually(page, desk, State.APPROVED, 5)
    calm(page)


def test_a_key_decides_only_what_the_filter_and_the_search_leave(desk: Desk, calm: Calm) -> None:
    sow(desk.database, "news", SEEDS)
    page = desk.open(desk.sit_down())
    page.locator(".card .where").first.click()
    expect(page.locator(".card").first).to_contain_text("2 more with the same text")
    expect(page.locator("#context-alike + ol li")).to_have_count(2)
    page.locator("#search").fill("buy")
    page.keyboard.press("Enter")
    # Only the page's script listens to keys.
    expect(page.locator("body.scripted .card")).to_have_count(1)
    page.keyboard.press("s")
    expect(page.locator("#undo-text")).to_contain_text("3 rejected as spam.")
    eventually(page, desk, State.REJECTED, 3)
    assert waiting_there(desk) == 2
    answered(page)
    page.keyboard.press("z")
    eventually(page, desk, State.HELD, 7)
    calm(page)


def test_a_form_decides_only_what_the_filter_leaves_without_javascript(desk: Desk) -> None:
    sow(desk.database, "news", SEEDS)
    page = desk.open(desk.sit_down(java_script_enabled=False))
    page.locator(".card .where").first.click()
    page.locator(".pick input").first.check()
    page.locator("#bulk").get_by_role("button", name="Approve").click()
    expect(page.locator("#undo-text")).to_have_text("3 approved. 4 still held")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#undo-text")).to_have_text("Undone.")
    page.locator(".card").first.get_by_role("button", name="Spam").click()
    expect(page.locator("#undo-text")).to_have_text("3 rejected. 4 still held")
    assert waiting_there(desk) == 2


def test_a_group_is_escalated_taken_back_and_escalated_again(desk: Desk, calm: Calm) -> None:
    sow(desk.database, "news", SEEDS)
    page = desk.open(desk.sit_down())
    for keys, held in ((("e", "Enter"), "2"), (("z",), "7"), (("Shift+Z",), "2")):
        for key in keys:
            page.keyboard.press(key)
        answered(page)
        expect(page.locator(".tabs [data-tab=held] .number")).to_have_text(held)
    desk.open(page, "/queue?tab=escalated")
    expect(page.locator(".card")).to_have_count(5)
    page.keyboard.press("a")
    expect(page.locator("#undo-text")).to_contain_text("Approved.")
    eventually(page, desk, State.APPROVED, 1)
    calm(page)


def test_a_colleague_who_was_faster_is_not_counted_again(desk: Desk, calm: Calm) -> None:
    ids = sow(desk.database, "news", SEEDS)
    page = desk.open(desk.sit_down())
    sam = desk.open(desk.sit_down("Sam"), f"/queue?alike={ids[0]}")
    sam.keyboard.press("j")
    sam.keyboard.press("s")
    eventually(sam, desk, State.REJECTED, 1)
    page.keyboard.press("a")
    expect(page.locator("#undo-text")).to_have_text("4 approved. 2 still held")
    assert number_in(desk, State.APPROVED) == 4
    calm(page)
