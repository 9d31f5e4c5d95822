"""Pages keep their shape: one endless word, a compact list, and a screen enlarged to 400 %."""

import pytest

from service.domain.states import State
from tests.browser.queue_page import answered, eventually
from tests.support.desk import Desk, until
from tests.support.seeding import Seed, sow

#: 1,280 pixels enlarged to 400 %.
ENLARGED = {"viewport": {"width": 320, "height": 256}}


def test_one_endless_word_leaves_the_other_columns_of_decisions_readable(desk: Desk) -> None:
    sow(desk.database, "news", [Seed("x" * 10_000, "Endless")])
    page = desk.open(desk.sit_down(viewport={"width": 1280, "height": 800}))
    page.keyboard.press("a")
    eventually(page, desk, State.APPROVED, 1)
    answered(page)
    desk.open(page, "/decisions")
    who = page.locator("tbody tr td").nth(1)
    assert who.inner_text() == "Dana"
    lines = who.evaluate(
        "cell => { const range = document.createRange(); range.selectNodeContents(cell); return range.getClientRects().length }"
    )
    assert lines == 1


def test_the_compact_list_shows_many_comments_at_once(desk: Desk) -> None:
    sow(
        desk.database,
        "news",
        [Seed(f"A comment of ordinary length about the article, number {n}.", f"Author {n}") for n in range(30)],
    )
    whole = "[...document.querySelectorAll('.card')].filter((card) => card.getBoundingClientRect().bottom <= innerHeight).length"
    counts = {}
    for compact, name in ((False, "Cards"), (True, "Rows")):
        page = desk.open(desk.sit_down(name, preferences={"compact": compact}, viewport={"width": 1280, "height": 800}))
        until(page, "document.querySelectorAll('.card').length > 5")
        counts[name] = page.evaluate(whole)
    assert counts["Rows"] >= 4
    assert counts["Rows"] >= 2 * counts["Cards"]


@pytest.mark.parametrize("path", ["/queue", "/settings/audit-log", "/decisions", "/account", "/search?words=comment"])
def test_at_400_percent_nothing_scrolls_sideways(desk: Desk, path: str) -> None:
    sow(
        desk.database,
        "news",
        [Seed("A comment", "Ada"), Seed("A comment with a_very_long_word_" + "of_it" * 30, state=State.APPROVED)],
    )
    page = desk.open(desk.sit_down(**ENLARGED), path)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
