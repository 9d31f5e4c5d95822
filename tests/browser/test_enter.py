"""The Enter key, in every text field of every page, with and without JavaScript: it never publishes a comment."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Error, Page, Response, expect
from sqlalchemy import func, select

from service.actions.moderation.escalate import EscalationTarget, escalate
from service.actions.moderation.queue_actions import SeenComment
from service.domain.states import State
from service.store.accounts.moderators import moderator_with
from service.store.tables.comments import Comment
from service.store.tables.moderation import Decision, Escalation
from service.store.tables.site_models import SiteModelRow
from service.store.tables.sites import Site
from tests.browser.queue_page import answered, current, eventually, number_in, swipe
from tests.browser.test_access import ALSO, addresses
from tests.support.desk import PHONE, Desk, opened
from tests.support.furnished_site import Furnished, furnish
from tests.support.seeding import Seed, sow

#: Where an Enter could send a form: https://html.spec.whatwg.org/#implicit-submission
FIELDS = "textarea, input:not([type=hidden], [type=checkbox], [type=radio], [type=file], [type=submit], [type=button])"
QUEUES = ("/queue?tab=escalated", "/queue?tab=yours", "/queue?tab=approved", "/queue?order=priority&words=a")
FITTING = {"email": "x@news.example", "url": "https://x.example/", "date": "2026-03-01", "password": "twelve letters and more"}

#: Opens hidden parts: the list of colleagues on a card, the bar of selected cards.
OPEN = """async (scripted) => {
  for (const sheet of document.querySelectorAll('details.reject[open]')) sheet.open = false;
  if (scripted && !document.querySelector('.card .hand')) document.querySelector('.card a.to-hand')?.click();
  for (const tool of scripted ? ['note', 'reply', 'edit', 'ban'] : []) if (!window[tool] && document.querySelector(`.card [data-tool="${tool}"]`)) {
    window[tool] = true;
    document.querySelector(`.card [data-tool="${tool}"]`).click();
    // Its form may come from the server, and takes the focus then.
    while (!document.querySelector('.card [data-close]')) await new Promise((done) => setTimeout(done, 20));
    break;
  }
  for (const box of [...document.querySelectorAll('.pick input')].slice(-2)) if (!box.checked) box.click();
}"""
#: Marks the first field whose shape is not in `seen`, and gives the shape and whether it belongs to a rejection or an escalation. Fields
#: of one form that differ in what follows a hyphen, like the texts of one form in many languages, have one shape.
NEXT = """([fields, seen, scripted]) => {
  const shape = (field) => JSON.stringify([field.form?.getAttribute('action') ?? location.pathname, field.form?.id, field.type, field.name.split('-')[0],
    ...[...field.form?.elements ?? []].filter((one) => one.type === 'submit').map((one) => one.value.split(':')[0])]).replaceAll(/[0-9a-f-]{36}/g, 'id');
  const field = [...document.querySelectorAll(fields)].find((field) => !seen.includes(shape(field)) && !field.closest(scripted ? 'label[hidden]' : 'dialog, [hidden]'));
  if (!field) return null;
  document.querySelector('[data-next]')?.removeAttribute('data-next');
  field.dataset.next = '';
  for (let at = field; at; at = at.parentElement) {
    if (at.matches('details')) at.open = true;
    if (at.matches('dialog:not([open])')) document.querySelector(`[data-open="${at.id}"]`).click();
  }
  return [shape(field), Boolean(field.closest('.sheet, #escalate'))];
}"""
#: The default button of a form that can also approve. It must be visible, since some browsers skip an invisible one.
UNSAFE = """(field) => {
  const [first, ...others] = [...field.form.elements].filter((one) => one.type === 'submit');
  return first && [first, ...others].some((one) => ['approve', 'trust'].includes(one.value))
    && (['approve', 'trust'].includes(first.value) || first.disabled || !first.checkVisibility());
}"""


@dataclass(frozen=True)
class Trail:
    """All decisions so far: published comments, decisions, escalations, and banned or trusted authors."""

    published: frozenset[Any]
    approvals: int
    others: tuple[int, int, str]


def trail(desk: Desk) -> Trail:
    with desk.database.reading() as session:
        published = frozenset(session.scalars(select(Comment.id).where(Comment.state == State.APPROVED)))
        count = select(func.count()).select_from(Decision)
        policy = session.get_one(Site, "news").policy or {}
        authors = str([policy.get(name) for name in ("blocked_authors", "trusted_authors", "reviewed_authors")])
        others = (session.scalar(count) or 0, session.scalar(select(func.count()).select_from(Escalation)) or 0, authors)
        return Trail(published, session.scalar(count.where(Decision.to_state == State.APPROVED)) or 0, others)


class Presser:
    """Types into each kind of text field of a page, presses Enter, and records the resulting decisions."""

    def __init__(self, desk: Desk, page: Page, *, scripted: bool) -> None:
        self.desk, self.page, self.scripted = desk, page, scripted
        self.seen: list[str] = []
        self.wrong: list[str] = []
        self.loads = 0
        page.on("load", self._loaded)

    def press_on(self, path: str) -> None:
        """The same on the pages to which an Enter leads."""
        opened_now = bool(self.desk.open(self.page, path))
        while (field := self._next()) or not opened_now:
            opened_now = field is None
            if field is None:
                self.desk.open(self.page, path)
                continue
            shape, deciding = field
            self.seen.append(shape)
            before = trail(self.desk)
            unsafe = self._press()
            after = trail(self.desk)
            if after.published - before.published or after.approvals > before.approvals or unsafe:
                self.wrong.append(f"approves: {shape}")
            elif before.others != after.others and not deciding:
                self.wrong.append(f"decides: {shape}")

    def _next(self) -> tuple[str, bool] | None:
        for _ in range(5):
            try:
                self.page.wait_for_load_state()
                self.page.evaluate(OPEN, self.scripted)
                return self.page.evaluate(NEXT, [FIELDS, self.seen, self.scripted])
            except Error as error:
                if "context was destroyed" not in str(error):
                    raise
        raise AssertionError(f"{self.page.url} never comes to rest")

    def _press(self) -> bool:
        field = self.page.locator("[data-next]")
        for needed in field.locator("xpath=ancestor::form").locator("input[required], textarea[required]").all():
            needed.fill(fitting(needed.get_attribute("type")))
        field.fill(fitting(field.get_attribute("type")))
        unsafe = bool(field.evaluate(UNSAFE))
        if field.evaluate("(field) => field.matches('textarea')"):
            field.press("Enter")
            expect(field).to_have_value(fitting(None) + "\n")
            return unsafe
        if self.scripted and field.evaluate("(field) => Boolean(field.closest('.tool-form')?.querySelector('.enter'))"):
            field.press("Enter")
            expect(self.page.locator(".tool-form button[value=ban]")).to_be_focused()
            return unsafe
        loads = self.loads
        with self.page.expect_response(of_a_form) as answer:
            field.press("Enter")
        # A script saves the changed keys and then reloads the page.
        navigates = answer.value.request.is_navigation_request() and answer.value.status != 204
        if navigates or "/account/keys" in answer.value.url:
            while self.loads == loads:
                self.page.wait_for_timeout(20)
        return unsafe

    def _loaded(self, _: Page) -> None:
        self.loads += 1


def fitting(kind: str | None) -> str:
    return FITTING.get(kind or "", "7")


def of_a_form(response: Response) -> bool:
    """Whether this is the final response to a request that Enter sent. Background requests and redirects are not."""
    request = response.request
    sent = request.is_navigation_request() or request.method == "POST"
    return sent and "/queue/leases" not in request.url and response.status not in (302, 303)


@pytest.fixture
def site(chromium: Browser, sqlite_template: Path, tmp_path: Path) -> Iterator[tuple[Desk, Furnished]]:
    (tmp_path / "greenroom.db").write_bytes(sqlite_template.read_bytes())
    with opened(chromium, tmp_path) as desk:
        found = furnish(desk)
        sow(desk.database, "news", [Seed(f"a comment that waits, number {n}", f"Author {n}", minutes=60 - n) for n in range(60)])
        yield desk, found


@pytest.mark.parametrize("scripted", [True, False], ids=["with JavaScript", "without"])
def test_enter_in_a_text_field_of_any_page_never_approves(site: tuple[Desk, Furnished], scripted: bool) -> None:
    desk, found = site
    with desk.database.writing() as session:
        sam, now = moderator_with(session, "sam@news.example"), datetime.now(UTC)
        assert sam
        escalate(session, "news", [SeenComment(found.comment, None)], EscalationTarget(), moderator_id=sam.id, note="", now=now)
        session.add(SiteModelRow(site_id="news", weights="", active=False, labels=0, report={}, trained_at=now))
    page = desk.sit_down(java_script_enabled=scripted)
    presser = Presser(desk, page, scripted=scripted)
    for path in (*addresses(desk, found), *ALSO, *QUEUES, f"/queue/comments/{found.comment}"):
        presser.press_on(path)
    page.context.clear_cookies()
    presser.press_on("/sign-in")
    assert len(presser.seen) > 40
    assert presser.wrong == []


@pytest.mark.parametrize("scripted", [True, False], ids=["with JavaScript", "without"])
def test_enter_in_a_message_rejects_with_that_message(desk: Desk, scripted: bool) -> None:
    sow(desk.database, "news", [Seed(f"comment number {n}", minutes=20 - n) for n in range(3)])
    page = desk.open(desk.sit_down(java_script_enabled=scripted))
    page.locator(".card summary").first.click()
    page.locator(".card input[name=note]").first.fill("We do not accept insults.")
    page.keyboard.press("Enter")
    expect(page.locator("#undo-text")).to_have_text("Rejected. 2 still held")
    eventually(page, desk, State.REJECTED, 1)
    assert rulings(desk) == [("rejected", "", "We do not accept insults.")]


def test_enter_in_the_messages_of_the_bar_and_of_the_colleagues_does_what_they_are_for(desk: Desk) -> None:
    sow(desk.database, "news", [Seed(f"comment number {n}", minutes=20 - n) for n in range(5)])
    page = desk.open(desk.sit_down())
    for key in ("x", "j", "x", "r"):
        page.keyboard.press(key)
    page.locator("#bulk input[name=note]").fill("No advertising.")
    page.keyboard.press("Enter")
    expect(page.locator("#undo-text")).to_have_text("2 rejected. 3 still held")
    page.keyboard.press("e")
    page.locator(".card.current input[name=word]").fill("Is this a threat?")
    page.keyboard.press("Enter")
    expect(page.locator("#undo-text")).to_have_text("Escalated. 2 still held")
    answered(page)
    assert rulings(desk) == [("rejected", "", "No advertising.")] * 2
    with desk.database.reading() as session:
        assert session.scalars(select(Escalation.note)).all() == ["Is this a threat?"]


@pytest.mark.parametrize("scripted", [True, False], ids=["with JavaScript", "without"])
def test_enter_on_a_ticked_box_decides_nothing_and_keeps_the_selection(desk: Desk, scripted: bool) -> None:
    sow(desk.database, "news", [Seed(f"comment number {n}", minutes=20 - n) for n in range(3)])
    page = desk.open(desk.sit_down(java_script_enabled=scripted))
    boxes = page.locator(".pick input")
    for n in range(2):
        boxes.nth(n).check()
    boxes.first.press("Enter")
    # The page is unchanged: the two are still ticked, and the button still decides about them.
    page.locator("#bulk").get_by_role("button", name="Spam").click()
    expect(page.locator("#undo-text")).to_contain_text("2 rejected")
    eventually(page, desk, State.REJECTED, 2)
    assert number_in(desk, State.APPROVED) == 0


@pytest.mark.parametrize("sheet", ["r", "e", "xr", "xe", "?"], ids=["reject", "escalate", "reject all", "escalate all", "keys"])
def test_while_a_sheet_is_open_no_key_of_the_queue_does_anything(desk: Desk, sheet: str) -> None:
    sow(desk.database, "news", [Seed(f"comment number {n}", minutes=20 - n) for n in range(6)])
    page = desk.open(desk.sit_down())
    for key in ("a", "s", "z", *sheet):
        page.keyboard.press(key)
    answered(page)
    held = number_in(desk, State.HELD)
    seen = page.locator("#undo-text").inner_text()
    for _focus in ("on the sheet", "nowhere"):
        for key in (*"jkarsehzZxJK*cu/f?", "Shift+Digit1", "Shift+Digit8"):
            page.keyboard.press(key)
            assert page.locator("details.reject[open], dialog[open]").count() == 1, key
            assert current(page) == "comment number 1", key
            assert page.locator("#undo-text").inner_text() == seen, key
            assert page.locator(".card.picked").count() == ("x" in sheet), key
        page.evaluate("document.activeElement.blur()")
    page.keyboard.press("Escape")
    page.keyboard.press("a")
    answered(page)
    assert number_in(desk, State.HELD) == held - 1
    assert [state for state, _, _ in rulings(desk)][-1] == "approved"


def test_a_swipe_beside_an_open_sheet_only_closes_it(desk: Desk) -> None:
    sow(desk.database, "news", [Seed(f"comment number {n}\n" + "and a long tale of it\n" * 40, minutes=20 - n) for n in range(2)])
    page = desk.open(desk.sit_down(**PHONE))
    page.locator(".card.current .to-hand").tap()
    expect(page.locator(".card.current .hand .sheet")).to_be_visible()
    for _ in range(2):
        swipe(page, (60, 400), (100, 402), (180, 405), (290, 405))
    eventually(page, desk, State.APPROVED, 1)
    answered(page)
    assert number_in(desk, State.HELD) == 1


def rulings(desk: Desk) -> list[tuple[str, str, str]]:
    """The state, reason and message of each decision, in their order."""
    with desk.database.reading() as session:
        rows = session.execute(select(Decision.to_state, Decision.reason, Decision.note).order_by(Decision.at, Decision.id))
        return [(row.to_state, row.reason, row.note) for row in rows]
