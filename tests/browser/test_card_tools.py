"""The tools of a card in its place: note, reply, edit, ban, trust, links; with the keyboard, on a phone and for guests."""

import re

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from service.domain.states import State
from service.store.tables.comments import Comment
from service.store.tables.moderation import Note
from service.store.tables.sites import Site
from tests.browser.queue_page import Calm, answered, at_rest, current, eventually
from tests.support.desk import PHONE, Desk
from tests.support.seeding import Seed, sow

SEEDS = [Seed(f"comment number {n}", f"Author {n}", minutes=20 - n) for n in range(3)]
#: What is on top at the middle of a button.
ON_TOP = "(one) => { const { x, y, width, height } = one.getBoundingClientRect(); const top = document.elementFromPoint(x + width / 2, y + height / 2); return one.contains(top); }"

#: Holds the requests of the page until `release()`.
HOLD_FETCH = "() => { const real = fetch; const gate = new Promise((go) => { window.release = () => { window.fetch = real; go(); }; }); window.fetch = (...all) => gate.then(() => real(...all)); }"


def notes(desk: Desk) -> list[str]:
    with desk.database.reading() as session:
        return list(session.scalars(select(Note.text)))


def test_a_note_is_written_on_the_card_and_stays_there(desk: Desk, calm: Calm) -> None:
    sow(desk.database, "news", SEEDS)
    page = desk.open(desk.sit_down())
    page.keyboard.press("n")
    page.keyboard.type("We know him.")
    page.get_by_role("button", name="Add note").click()
    expect(page.locator(".card.current .person")).to_contain_text("We know him.")
    expect(page.locator("#undo-text")).to_have_text("Note added.")
    assert notes(desk) == ["We know him."]
    assert current(page) == "comment number 0"
    calm(page)


def test_a_reply_approves_its_comment_and_both_are_taken_back_together(desk: Desk, calm: Calm) -> None:
    ids = sow(desk.database, "news", SEEDS)
    page = desk.open(desk.sit_down())
    page.keyboard.press("w")
    page.keyboard.type("Thank you, it is mended.")
    page.get_by_role("button", name="Approve and reply").click()
    expect(page.locator(".card.current .text")).to_have_text("comment number 1")
    eventually(page, desk, State.APPROVED, 2)
    with desk.database.reading() as session:
        reply = session.execute(select(Comment.parent_id, Comment.state).where(Comment.text == "Thank you, it is mended.")).one()
    assert reply == (ids[0], State.APPROVED)
    page.keyboard.press("z")
    expect(page.locator(".card.current .text")).to_have_text("comment number 0")
    eventually(page, desk, State.APPROVED, 0)
    eventually(page, desk, State.HELD, 3)
    answered(page)
    page.keyboard.press("Shift+Z")
    eventually(page, desk, State.APPROVED, 2)
    calm(page)


def test_the_text_of_a_tool_stays_until_the_server_has_it(desk: Desk) -> None:
    sow(desk.database, "news", SEEDS)
    page = desk.open(desk.sit_down())
    page.keyboard.press("n")
    page.keyboard.type("a long thought")
    page.context.set_offline(True)
    page.get_by_role("button", name="Add note").click()
    expect(page.locator(".tool-form .fault")).to_contain_text("Not saved")
    expect(page.locator(".tool-form textarea")).to_have_value("a long thought")
    # Also a form that was closed keeps it.
    page.keyboard.press("Escape")
    page.keyboard.press("n")
    expect(page.locator(".tool-form textarea")).to_have_value("a long thought")
    page.context.set_offline(False)
    page.get_by_role("button", name="Add note").click()
    expect(page.locator(".card.current .person")).to_contain_text("a long thought")
    assert notes(desk) == ["a long thought"]


def test_a_form_that_is_closed_while_it_loads_does_not_open_later(desk: Desk) -> None:
    sow(desk.database, "news", SEEDS)
    page = desk.open(desk.sit_down())
    page.evaluate(HOLD_FETCH)
    page.keyboard.press("b")
    page.keyboard.press("Escape")
    with page.expect_response("**/tools/ban?*"):
        page.evaluate("release()")
    at_rest(page)
    expect(page.locator(".tool-form")).to_have_count(0)
    page.keyboard.press("a")
    eventually(page, desk, State.APPROVED, 1)


def test_a_moderator_goes_on_while_a_note_is_sent(desk: Desk) -> None:
    sow(desk.database, "news", SEEDS)
    page = desk.open(desk.sit_down())
    page.keyboard.press("n")
    page.keyboard.type("We know him.")
    page.evaluate(HOLD_FETCH)
    page.get_by_role("button", name="Add note").click()
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    page.evaluate("release()")
    expect(page.locator("#undo-text")).to_have_text("Note added.")
    expect(page.locator(".card").first.locator(".person")).to_contain_text("We know him.")
    assert current(page) == "comment number 1"
    page.keyboard.press("k")
    page.keyboard.press("n")
    expect(page.locator(".tool-form textarea")).to_have_value("")


def test_a_failure_is_named_also_after_its_form_was_closed(desk: Desk) -> None:
    sow(desk.database, "news", SEEDS)
    page = desk.open(desk.sit_down())
    page.keyboard.press("n")
    page.keyboard.type("a long thought")
    page.context.set_offline(True)
    page.get_by_role("button", name="Add note").click()
    page.keyboard.press("Escape")
    expect(page.locator("#undo-text")).to_contain_text("Not saved")
    page.keyboard.press("n")
    expect(page.locator(".tool-form textarea")).to_have_value("a long thought")


def test_an_edit_is_made_on_the_card_and_sends_the_comment_to_the_checks(desk: Desk, calm: Calm) -> None:
    sow(desk.database, "news", SEEDS)
    page = desk.open(desk.sit_down())
    page.keyboard.press("i")
    page.locator(".tool-form textarea").fill("better words")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".card.current .text")).to_have_text("comment number 1")
    expect(page.locator("#undo-text")).to_contain_text("being checked")
    eventually(page, desk, State.PENDING, 1)
    calm(page)


@pytest.mark.parametrize(("key", "label", "word"), [("b", "Ban the author", "banned"), ("t", "Trust the author", "trusted")])
def test_banning_and_trusting_are_a_key_a_length_and_enter(desk: Desk, calm: Calm, key: str, label: str, word: str) -> None:
    sow(desk.database, "news", SEEDS)
    page = desk.open(desk.sit_down())
    page.keyboard.press(key)
    expect(page.get_by_role("button", name=label)).to_be_visible()
    expect(page.get_by_label("1 hour")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".card.current .tag")).to_have_count(0)
    page.keyboard.press("ArrowRight")
    expect(page.get_by_label("6 hours")).to_be_checked()
    page.keyboard.press("Enter")
    expect(page.locator(".card.current .tag")).to_have_text(word)
    assert current(page) == "comment number 0"
    with desk.database.reading() as session:
        assert len((session.get_one(Site, "news").policy or {})["blocked_authors" if key == "b" else "trusted_authors"]) == 1
    calm(page)


def test_while_a_tool_is_open_no_key_decides(desk: Desk, calm: Calm) -> None:
    sow(desk.database, "news", SEEDS)
    page = desk.open(desk.sit_down())
    page.keyboard.press("n")
    expect(page.locator(".tool-form textarea")).to_be_focused()
    page.evaluate("document.activeElement.blur()")
    for key in "asrehzjkx*bt":
        page.keyboard.press(key)
    assert current(page) == "comment number 0"
    expect(page.locator(".card")).to_have_count(3)
    page.keyboard.press("Escape")
    page.keyboard.press("a")
    eventually(page, desk, State.APPROVED, 1)
    calm(page)


def test_the_details_open_by_click_and_key_and_the_context_button_says_what_it_does(desk: Desk, calm: Calm) -> None:
    sow(desk.database, "news", SEEDS)
    page = desk.open(desk.sit_down())
    button = page.locator('.card.current [data-tool="context"]')
    expect(button).to_have_text("Hide context")
    button.click()
    expect(page.locator("#context")).to_be_hidden()
    expect(button).to_have_text("Context")
    page.keyboard.press("c")
    expect(page.locator("#context")).to_be_visible()
    page.locator(".card").nth(1).get_by_role("link", name="Details").click()
    expect(page.locator(".card .text")).to_have_text("comment number 1")
    page.go_back()
    page.keyboard.press("o")
    page.wait_for_url(re.compile("/queue/comments/"))
    calm(page)


def test_the_link_is_copied_and_the_page_of_the_site_opens(desk: Desk, calm: Calm) -> None:
    ids = sow(desk.database, "news", SEEDS)
    page = desk.sit_down()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    desk.open(page)
    page.keyboard.press("l")
    expect(page.locator("#undo-text")).to_have_text("The link is copied.")
    assert page.evaluate("navigator.clipboard.readText()") == f"{desk.address}/queue/comments/{ids[0]}?site=news"
    site = page.locator('.card.current [data-tool="site"]')
    expect(site).to_have_attribute("href", re.compile("^https://news.example/council"))
    calm(page)


@pytest.mark.parametrize("language", ["en", "de"])
def test_on_a_phone_the_reason_and_the_buttons_are_in_view_and_nothing_covers_them(desk: Desk, language: str) -> None:
    sow(
        desk.database, "news", [Seed(f"number {n}\n" + "A long tale of it. " * (200 * (n % 2)), minutes=20 - n) for n in range(6)]
    )
    page = desk.open(desk.sit_down(preferences={"language": language}, **PHONE))
    for _ in range(5):
        card = page.locator(".card.current")
        for part in (card.locator(".acts > .yes"), card.locator(".acts > .reject > summary"), card.locator(".why li").first):
            expect(part).to_be_in_viewport(ratio=1)
            assert part.evaluate(ON_TOP)
        card.locator(".acts > .yes").tap()
        expect(page.locator("#undo-bar")).to_be_visible()
    page.locator("#close-bar").tap()
    expect(page.locator("#undo-bar")).to_be_hidden()


def test_a_guest_has_the_same_tools_on_a_phone_but_cannot_be_banned(desk: Desk) -> None:
    sow(desk.database, "news", SEEDS)
    with desk.database.writing() as session:
        for comment in session.scalars(select(Comment)):
            comment.author_key = ""
    page = desk.open(desk.sit_down(**PHONE))
    card = page.locator(".card.current")
    assert tools_of(page) == ["context", "note", "reply", "edit", "copy", "site", "details"]
    card.locator('[data-tool="note"]').tap()
    card.locator("textarea").fill("a guest")
    card.get_by_role("button", name="Add note").tap()
    expect(page.locator(".card.current .person")).to_contain_text("a guest")


def tools_of(page: Page) -> list[str]:
    return page.locator(".card.current [data-tool]").evaluate_all("(all) => all.map((one) => one.dataset.tool)")
