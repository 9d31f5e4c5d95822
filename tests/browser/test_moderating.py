"""A moderator at work in the browser: keys, undo, colleagues, a lost network, no JavaScript."""

import re

from playwright.sync_api import expect
from sqlalchemy import select

from service.domain.states import State
from service.store.tables.accounts import Role
from service.store.tables.comments import Comment
from service.store.tables.moderation import Decision
from tests.browser.queue_page import Calm, answered, at_rest, current, eventually, number_in
from tests.support.desk import Desk, until
from tests.support.seeding import Seed, sow
from tests.support.synthetic import SEEDS


def test_five_hundred_decisions_by_keys_without_an_error(desk: Desk, calm: Calm) -> None:
    sow(desk.database, "news", [Seed(f"comment number {n}", f"Author {n}", minutes=60) for n in range(506)])
    page = desk.open(desk.sit_down())
    keys = ("a", "s", "r1", "a")
    for n in range(500):
        if n % 5 == 0:
            until(page, "document.querySelectorAll('.card').length > 5")
            assert current(page) == f"comment number {n}"
        for key in keys[n % 4]:
            page.keyboard.press(key)
    eventually(page, desk, State.HELD, 6)
    expect(page.locator(".tabs [data-tab=held] .number")).to_have_text("6")
    with desk.database.reading() as session:
        decided = session.execute(
            select(Comment.text, Decision.to_state, Decision.reason).join(Comment).order_by(Decision.id)
        ).all()
    outcomes = (("approved", ""), ("rejected", "spam"), ("rejected", "insult"), ("approved", ""))
    assert sorted(decided) == sorted((f"comment number {n}", *outcomes[n % 4]) for n in range(500))
    calm(page)


def test_fifty_at_once_are_taken_back_in_one_step_and_done_again(desk: Desk, calm: Calm) -> None:
    sow(desk.database, "news", [Seed(f"comment number {n}", f"Author {n}") for n in range(50)])
    page = desk.open(desk.sit_down())
    page.keyboard.press("*")
    expect(page.locator(".bulk-count")).to_have_text("50 selected")
    page.keyboard.press("s")
    expect(page.locator("#empty")).to_be_visible()
    eventually(page, desk, State.REJECTED, 50)
    page.keyboard.press("z")
    expect(page.locator(".card")).to_have_count(50)
    eventually(page, desk, State.HELD, 50)
    page.keyboard.press("Shift+Z")
    eventually(page, desk, State.REJECTED, 50)
    calm(page)


def test_undo_goes_back_as_far_as_the_session(desk: Desk, calm: Calm) -> None:
    sow(desk.database, "news", [Seed(f"comment number {n}", minutes=20 - n) for n in range(6)])
    page = desk.open(desk.sit_down())
    for key in "asasa":
        page.keyboard.press(key)
    eventually(page, desk, State.HELD, 1)
    for _ in range(4):
        page.keyboard.press("z")
    eventually(page, desk, State.HELD, 5)
    answered(page)
    page.reload()
    with page.expect_navigation():
        page.locator("#undo-form button").click()
    eventually(page, desk, State.HELD, 6)
    calm(page)


def test_two_moderators_see_every_conflict_and_lose_nothing(desk: Desk, calm: Calm) -> None:
    sow(desk.database, "news", [Seed(f"comment number {n}", minutes=20 - n) for n in range(5)])
    dana, sam = desk.open(desk.sit_down("Dana")), desk.open(desk.sit_down("Sam", Role.MODERATOR))
    for _ in range(5):
        dana.keyboard.press("a")
    eventually(dana, desk, State.APPROVED, 5)
    for _ in range(5):
        sam.keyboard.press("s")
    expect(sam.locator(".complaint")).to_have_count(5)
    for text in sam.locator(".complaint span").all_inner_texts():
        assert re.fullmatch(
            r"Dana already approved this (just now|\d+ (second|minute)s? ago)\. Your decision changed nothing\.", text
        )
    assert number_in(desk, State.APPROVED) == 5
    sam.locator(".complaint button").first.click()
    expect(sam.locator(".card")).to_have_count(4)
    calm(sam)


def test_a_lost_network_loses_no_decision(desk: Desk) -> None:
    sow(desk.database, "news", [Seed(f"comment number {n}", minutes=20 - n) for n in range(4)])
    page = desk.open(desk.sit_down())
    # Offline for a moment: the retry succeeds.
    page.route("**/queue/actions?*", lambda route: route.abort("internetdisconnected"), times=1)
    page.keyboard.press("a")
    assert current(page) == "comment number 1"
    eventually(page, desk, State.APPROVED, 1)
    answered(page)
    page.context.set_offline(True)
    page.keyboard.press("s")
    # Still offline: the card comes back in its place, with the reason.
    expect(page.locator(".complaint")).to_contain_text("you are offline")
    assert page.locator(".card .text").all_inner_texts() == [f"comment number {n}" for n in (1, 2, 3)]
    page.context.set_offline(False)
    page.keyboard.press("s")
    eventually(page, desk, State.REJECTED, 1)


def test_keys_rest_while_typing_with_modifiers_and_when_switched_off(desk: Desk, calm: Calm) -> None:
    sow(desk.database, "news", [Seed(f"comment number {n}", minutes=20 - n) for n in range(3)])
    page = desk.open(desk.sit_down())
    page.keyboard.press("/")
    page.keyboard.type("as")
    page.keyboard.press("Escape")
    for key in ("Control+s", "Alt+a", "Meta+a"):
        page.keyboard.press(key)
    assert current(page) == "comment number 0"
    page.keyboard.press("?")
    page.locator("dialog input[data-act=approve]").fill("g")
    page.locator("dialog button[value=save]").click()
    expect(page.locator(".card.current .acts > .yes")).to_have_attribute("data-key", "g")
    page.keyboard.press("a")
    assert current(page) == "comment number 0"
    page.keyboard.press("g")
    eventually(page, desk, State.APPROVED, 1)
    answered(page)
    page.keyboard.press("?")
    page.locator("dialog input[name=on]").uncheck()
    with page.expect_navigation():
        page.locator("dialog button[value=save]").click()
    page.keyboard.press("s")
    assert number_in(desk, State.HELD) == 2
    calm(page)


def test_a_key_before_the_first_frame_puts_the_card_where_it_stays(desk: Desk, calm: Calm) -> None:
    sow(desk.database, "news", [Seed(f"comment number {n}", minutes=20 - n) for n in range(8)])
    page = desk.sit_down()
    page.add_init_script(
        """addEventListener('DOMContentLoaded', () => {
            document.dispatchEvent(new KeyboardEvent('keydown', { key: 'j', bubbles: true }));
            window.first = document.querySelector('.card.current').getBoundingClientRect().top;
        });"""
    )
    desk.open(page)
    at_rest(page)
    assert current(page) == "comment number 1"
    assert page.evaluate("document.querySelector('.card.current').getBoundingClientRect().top === first")
    calm(page)


def test_new_comments_are_a_button_and_never_move_the_card(desk: Desk, calm: Calm) -> None:
    sow(desk.database, "news", [Seed("the first", minutes=20), Seed("the second", minutes=10)])
    page = desk.open(desk.sit_down())
    page.keyboard.press("j")
    expect(page.locator("#context .here")).to_contain_text("the second")
    at_rest(page)
    before = page.locator(".card.current").bounding_box()
    sow(desk.database, "news", [Seed(f"fresh {n}", minutes=-0.01) for n in range(3)])
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(page.locator(".tabs [data-tab=held] .number")).to_have_text("5")
    expect(page.locator("#fresh")).to_have_text("Show new comments (3)")
    assert current(page) == "the second"
    assert page.locator(".card.current").bounding_box() == before
    page.locator("#fresh").click()
    expect(page.locator(".card")).to_have_count(5)
    calm(page)


def test_everything_can_be_done_without_javascript(desk: Desk) -> None:
    sow(desk.database, "news", [Seed(f"comment number {n}", minutes=20 - n) for n in range(4)])
    page = desk.open(desk.sit_down(java_script_enabled=False))
    page.locator(".card").first.get_by_role("button", name="Approve").click()
    expect(page.locator("#undo-text")).to_have_text("Approved. 3 still held")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".card")).to_have_count(4)
    page.locator(".card summary").first.click()
    page.locator(".card").first.get_by_role("button", name="Off topic").click()
    expect(page.locator("#undo-text")).to_have_text("Rejected. 3 still held")
    for box in page.locator(".pick input").all()[:2]:
        box.check()
    page.locator("#bulk").get_by_role("button", name="Spam").click()
    expect(page.locator("#undo-text")).to_have_text("2 rejected. 1 still held")
    assert number_in(desk, State.REJECTED) == 3


def test_escalating_to_somebody_by_keys_and_by_hand(desk: Desk, calm: Calm) -> None:
    desk.sit_down("Sam", Role.MODERATOR).context.close()
    sow(desk.database, "news", [Seed(f"comment number {n}", minutes=20 - n) for n in range(4)])
    page = desk.open(desk.sit_down())
    for keys in (("e", "2"), ("e", "Enter"), ("z",), ("Shift+Z",)):
        for key in keys:
            page.keyboard.press(key)
    expect(page.locator(".card")).to_have_count(2)
    card = page.locator(".card.current")
    expect(card).to_have_attribute("aria-posinset", "1")
    expect(card).to_have_attribute("aria-setsize", "2")
    card.get_by_role("link", name="Escalate").click()
    card.locator("input[name=word]").fill("you know him")
    card.get_by_role("button", name="Sam").click()
    expect(page.locator("[data-tab=escalated] .number")).to_have_text("3")
    answered(page)
    sam = desk.open(desk.sit_down("Sam", Role.MODERATOR), "/queue?tab=yours")
    expect(sam.locator(".card .text")).to_have_text(["comment number 0", "comment number 2"])
    expect(sam.locator(".card").last).to_contain_text("by Dana to Sam")
    expect(sam.locator(".card").last).to_contain_text("you know him")
    sam.keyboard.press("a")
    eventually(sam, desk, State.APPROVED, 1)
    calm(page)
    # Without JavaScript the link leads to the list of colleagues on the page of the comment, which the browser opens.
    plain = desk.open(desk.sit_down(java_script_enabled=False))
    plain.locator(".card").get_by_role("link", name="Escalate").click()
    plain.locator("#escalate select").select_option(label="Sam")
    plain.locator("#escalate button").click()
    expect(plain.get_by_text("All done")).to_be_visible()


def test_a_viewer_sees_no_buttons_and_no_key_decides(desk: Desk, calm: Calm) -> None:
    sow(desk.database, "news", [Seed("one")])
    page = desk.open(desk.sit_down("Vera", Role.VIEWER))
    page.keyboard.press("a")
    page.keyboard.press("x")
    expect(page.locator(".card")).to_have_count(1)
    expect(page.locator(".card button")).to_have_count(0)
    calm(page)


def test_context_comes_with_the_card_and_goes_with_c(desk: Desk, calm: Calm) -> None:
    sow(desk.database, "news", SEEDS)
    page = desk.open(desk.sit_down())
    expect(page.locator("#context .here")).to_contain_text("Marek")
    page.keyboard.press("j")
    expect(page.locator("#context .here")).to_contain_text("Bargain Corner")
    page.keyboard.press("c")
    expect(page.locator("#context")).to_be_hidden()
    page.keyboard.press("f")
    expect(page.locator(".card:visible")).to_have_count(1)
    calm(page)
