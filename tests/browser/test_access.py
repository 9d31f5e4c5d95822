"""axe (WCAG 2.2 AA) on each page and each state of the queue: light, dark, on a phone, right-to-left."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from service.actions.moderation.queue_actions import SeenComment, decide_all
from service.domain.ids import new_id
from service.domain.states import State
from service.store.accounts.moderators import moderator_with
from tests.support.desk import PHONE, Desk, opened, until
from tests.support.furnished_site import Furnished, furnish

RULES = {"resultTypes": ["violations"], "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
LOOKS = {
    "light": {},
    "dark": {"color_scheme": "dark"},
    "phone": PHONE,
    "right to left": {"locale": "ar"},
}
#: Routes that return a file, numbers or a part of a page. They are tested on the page that shows them.
NO_PAGES = {
    "pages.home", "pages.decisions_csv", "pages.charts_csv", "pages.yearly_report", "pages.audit_log_csv", "pages.counts", "pages.more_cards", "pages.context", "pages.tool", "static", "pages.download_list",
    "health.livez", "health.readyz", "metrics.show", "docs.show_document", "embed.script", "embed.style", "queue_feed.show_queue",
}  # fmt: skip
#: The same pages again, with query strings.
ALSO = (
    "/charts?days=365",
    "/decisions?who=checks",
    "/queue/practice?n=1&said=approve",
    "/queue/practice?n=11",
    "/queue?tab=mine",
    "/queue?tab=rejected",
    "/f/news?thread=bus&url=https://news.example/bus",
    "/settings/endpoints/00000000-0000-0000-0000-000000000000",
)


@pytest.fixture(scope="module")
def site(chromium: Browser, sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Desk, Furnished]]:
    folder = tmp_path_factory.mktemp("site")
    (folder / "greenroom.db").write_bytes(sqlite_template.read_bytes())
    with opened(chromium, folder) as desk:
        yield desk, furnish(desk)


class Access:
    """The violations that axe has found so far."""

    def __init__(self, look: str = "light") -> None:
        self.said: list[str] = []
        # Contrast takes half of the time, and right to left has the colours of light.
        self.options = RULES | {"rules": {"color-contrast": {"enabled": look != "right to left"}}}

    def look(self, page: Page, what: str) -> None:
        for found in Axe().run(page, options=self.options).response["violations"]:
            self.said += [
                f"{what}: {found['id']}: {node['target']} {node.get('failureSummary', '')[:200]}" for node in found["nodes"]
            ]


def addresses(desk: Desk, found: Furnished) -> list[str]:
    """The URLs of all pages of the application, without its API and that of Akismet's clients."""
    given = {"endpoint_id": found.endpoint, "comment_id": found.banned, "token": "x", "site": "news", "word": "author"}
    rules = [rule for rule in desk.app.url_map.iter_rules() if "GET" in (rule.methods or ()) and rule.endpoint not in NO_PAGES]
    pages = [rule for rule in rules if not rule.rule.startswith(("/v1/", "/1."))]
    return sorted(rule.build({name: given[name] for name in rule.arguments})[1] for rule in pages)


@pytest.mark.parametrize("look", ["light", "dark phone", "right to left"])
def test_axe_finds_nothing_on_any_page(site: tuple[Desk, Furnished], look: str) -> None:
    desk, found = site
    page, access = desk.sit_down(**LOOKS.get(look, {**PHONE, **LOOKS["dark"]})), Access(look)
    paths = addresses(desk, found)
    assert len(paths) > 20
    for path in (*paths, *ALSO, f"/queue/comments/{found.comment}"):
        if look == "right to left" and path.startswith("/docs"):
            continue  # Only in English.
        desk.open(page, path)
        access.look(page, path)
        if "phone" in look and (width := page.evaluate("document.documentElement.scrollWidth")) > PHONE["viewport"]["width"]:
            access.said.append(f"{path}: {width} px wide, on a screen of {PHONE['viewport']['width']}")
    page.context.clear_cookies()
    desk.open(page)
    access.look(page, "signed out")
    page.context.close()
    assert access.said == []


@pytest.mark.parametrize("look", LOOKS)
def test_axe_finds_nothing_on_the_queue_in_any_state(desk: Desk, look: str) -> None:
    access = Access(look)
    page = desk.open(desk.sit_down(**LOOKS[look]))
    assert page.evaluate("document.documentElement.dir") == ("rtl" if look == "right to left" else "ltr")
    access.look(page, "empty")
    furnish(desk)
    desk.open(page, "/queue?order=priority")
    for what, keys in {
        "list, filters, one selected": ("x",),
        "reasons": ("x", "r"),
        "colleagues": ("Escape", "e"),
        "undo and context": ("Escape", "r", "2", "c"),
        "one card at a time": ("f",),
        "keys": ("f", "?"),
    }.items():
        for key in keys:
            page.keyboard.press(key)
        until(page, OF_CURRENT)
        access.look(page, what)
    page.keyboard.press("Escape")
    overtaken(desk, page)
    page.keyboard.press("a")
    expect(page.locator("#undo-text")).to_contain_text("Sam")
    expect(page.locator(".complaint")).to_have_count(1)
    access.look(page, "a colleague was first")
    page.route("**/queue/actions?*", lambda route: route.fulfill(status=500, json={"detail": "the database did not answer"}))
    page.keyboard.press("s")
    expect(page.locator(".complaint")).to_have_count(2)
    access.look(page, "not saved")
    assert access.said == []


#: If the context is visible, it must be that of the current card.
OF_CURRENT = """(() => { const aside = document.querySelector('#context');
    return !aside.checkVisibility() || aside.dataset.id === document.querySelector('.card.current').dataset.id; })()"""


def overtaken(desk: Desk, page: Page) -> None:
    """Sam, a colleague, decides on the current comment of this page."""
    comment_id = UUID(page.locator(".card.current").get_attribute("data-id"))
    with desk.database.writing() as session:
        sam = moderator_with(session, "sam@news.example")
        decide_all(
            session, "news", [SeenComment(comment_id, None)], State.REJECTED, action_id=new_id(), moderator_id=sam.id,
            now=datetime.now(UTC), delay=timedelta(0),
        )  # fmt: skip
