"""axe (WCAG 2.2 AA) on each page and each state of the queue: light, dark, on a phone, from right to left."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from service.domain.ids import new_id
from tests.browser.desk import PHONE, Desk, until
from tests.seeding import sow
from tests.synthetic import SEEDS

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
LOOKS = {
    "light": {},
    "dark": {"color_scheme": "dark"},
    "phone": PHONE,
    "right to left": {"locale": "ar"},
}
PAGES = (
    "/settings",
    "/settings/endpoints",
    "/settings/keys",
    "/settings/moderators",
    "/threads",
    "/charts",
    "/authors",
    "/queue/practice",
    "/queue/practice?n=1&said=approve",
    "/decisions",
    "/account",
    "/queue?tab=mine",
)


def clean(page: Page, what: str) -> None:
    found = Axe().run(page, options=RULES).response["violations"]
    said = [f"{what}: {v['id']}: {node['target']} {node.get('failureSummary', '')[:300]}" for v in found for node in v["nodes"]]
    assert said == []


@pytest.mark.parametrize("look", LOOKS)
def test_axe_finds_nothing_on_the_queue_in_any_state(desk: Desk, calm: Callable[[Page], None], look: str) -> None:
    page = desk.sit_down(**LOOKS[look])
    desk.open(page)
    assert page.evaluate("document.documentElement.dir") == ("rtl" if look == "right to left" else "ltr")
    if look == "light":
        clean(page, "empty")
    sow(desk.database, "news", SEEDS)
    desk.open(page, "/queue?order=priority")
    assert page.evaluate("document.documentElement.dir") == ("rtl" if look == "right to left" else "ltr")
    page.keyboard.press("x")
    clean(page, "list, filters, one selected")
    page.keyboard.press("x")
    page.keyboard.press("r")
    if look != "right to left":
        clean(page, "reasons")
    page.keyboard.press("2")
    page.keyboard.press("c")
    # Where it is shown, it is that of the card that is current now.
    until(
        page,
        "!document.querySelector('#context').checkVisibility() ||"
        " document.querySelector('#context').dataset.id === document.querySelector('.card.current').dataset.id",
    )
    if look in ("light", "phone"):
        clean(page, "undo and context")
    page.keyboard.press("?")
    if look in ("light", "right to left"):
        clean(page, "keys")
    calm(page)


@pytest.mark.parametrize("look", [{}, {**PHONE, "color_scheme": "dark"}], ids=["light", "dark phone"])
def test_axe_finds_nothing_on_the_other_pages(desk: Desk, look: dict) -> None:
    (*_, first) = sow(desk.database, "news", SEEDS)
    page = desk.sit_down(**look)
    desk.open(page)
    page.keyboard.press("a")
    for path in (*PAGES, f"/queue/comments/{first}"):
        desk.open(page, path)
        clean(page, path)
    desk.open(page, f"/queue/comments/{new_id()}")
    clean(page, "error")
    page.context.clear_cookies()
    desk.open(page)
    clean(page, "sign in")
