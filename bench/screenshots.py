"""`make screenshots`: pictures of every page with synthetic comments, wide, dark and on a phone, into docs/screenshots."""

import logging
import tempfile
from dataclasses import asdict, replace
from pathlib import Path

from playwright.sync_api import Browser, Page

from service.actions.sites.site_settings import set_origins
from service.domain.states import State
from tests.support.desk import PHONE, Desk, browser, opened
from tests.support.furnished_site import Furnished, furnish
from tests.support.news_page import served_pages
from tests.support.seeding import Seed, sow

PLACE = Path(__file__).parent.parent / "docs" / "screenshots"
DESK = {"viewport": {"width": 1280, "height": 800}}
LOOKS = {
    "": {**DESK, "color_scheme": "light"},
    "-dark": {**DESK, "color_scheme": "dark"},
    "-phone": {**PHONE, "device_scale_factor": 1},
}
PAGES = {
    "decisions": "/decisions",
    "threads": "/threads",
    "authors": "/authors",
    "charts": "/charts?days=30",
    "practice": "/queue/practice",
    "settings": "/settings",
    "endpoints": "/settings/endpoints",
    "endpoint": "/settings/endpoints/{endpoint}",
    "author": "/authors/{banned}",
    "comment": "/queue/comments/{comment}",
    "custom-rules": "/settings/custom-rules",
    "external-checks": "/settings/external-checks",
    "risk-budget": "/settings/risk-budget",
    "site-model": "/settings/site-model",
    "keys": "/settings/keys",
    "moderators": "/settings/moderators",
    "audit-log": "/settings/audit-log",
    "two-factor": "/account/two-factor",
    "account": "/account",
}


def main() -> None:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    PLACE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, browser() as chromium:
        if chromium is None:
            raise SystemExit("Chromium is not to be had on this machine")
        with opened(chromium, Path(folder)) as desk:
            found = furnish(desk)
            for look, options in LOOKS.items():
                _take(desk, desk.sit_down(preferences={"practice_declined": True}, **options), look, found)
            _shoot(desk.open(desk.sit_down(preferences={"practice_declined": True}, locale="ar", **LOOKS[""])), "queue-arabic")
            shoot_embed(desk, chromium)
    for path in sorted(PLACE.glob("*.png")):
        print(f"{path.relative_to(Path.cwd())}\t{path.stat().st_size // 1024} kB")


def _take(desk: Desk, page: Page, look: str, found: Furnished) -> None:
    desk.open(page)
    page.wait_for_timeout(400)
    _shoot(page, f"queue{look}")
    page.keyboard.press("r")
    page.wait_for_timeout(150)
    _shoot(page, f"queue-reasons{look}")
    page.keyboard.press("Escape")
    page.keyboard.press("e")
    page.wait_for_timeout(150)
    _shoot(page, f"queue-colleagues{look}")
    page.keyboard.press("Escape")
    if not look:
        page.keyboard.press("?")
        _shoot(page, "queue-keys")
        page.keyboard.press("Escape")
    for name, path in PAGES.items():
        desk.open(page, path.format(**asdict(found)))
        _shoot(page, name + look)
    page.context.clear_cookies()
    desk.open(page)
    _shoot(page, f"sign-in{look}")


def shoot_embed(desk: Desk, chromium: Browser) -> None:
    """The example of a news page with its comments, one of them the reader's own that waits."""
    first = Seed(
        "My grandfather helped to build the second arch. It is good to see it carry people again.", "Ann Miller", thread="hello",
        state=State.APPROVED, minutes=190,
    )  # fmt: skip
    [parent] = sow(desk.database, "news", [first])
    answer = replace(first, text="Then he did well: it held for ninety years.", name="Ben", minutes=95, parent=str(parent))
    other = replace(first, text="And where do the buses stop now?\n\nThe old stop was right at the mill.", name="Cay", minutes=40)
    sow(desk.database, "news", [answer, other])
    with served_pages(desk.address) as origin:
        with desk.database.writing() as session:
            set_origins(session, "news", [origin])
        for look, options in LOOKS.items():
            page = chromium.new_context(**options).new_page()
            page.goto(f"{origin}/story.html")
            page.locator("greenroom-comments").scroll_into_view_if_needed()
            page.get_by_label("Your comment").fill("The first market was a joy.")
            page.get_by_label("Name").fill("Dana")
            page.get_by_role("button", name="Send the comment").click()
            page.get_by_text("Waiting for a moderator").wait_for()
            page.screenshot(path=PLACE / f"embed{look}.png", animations="disabled", full_page=True)
            page.context.close()


def _shoot(page: Page, name: str) -> None:
    page.screenshot(path=PLACE / f"{name}.png", animations="disabled")


if __name__ == "__main__":
    main()
