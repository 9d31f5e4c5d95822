"""The pages can be installed as an app, whose badge shows how many comments wait."""

import json
import struct

from service.web.pages.blueprint import CSP
from tests.support.desk import Desk, until
from tests.support.seeding import Seed, sow

#: Keeps the numbers of the badge, which a test cannot see.
WATCH_BADGE = """
window.__badges = [];
navigator.setAppBadge = (number) => { window.__badges.push(number); return Promise.resolve(); };
"""


def test_the_queue_can_be_installed_and_its_icons_have_their_sizes(desk: Desk) -> None:
    page = desk.open(desk.sit_down())
    browser = page.context.new_cdp_session(page)
    manifest = browser.send("Page.getAppManifest")
    assert manifest["errors"] == []
    assert browser.send("Page.getInstallabilityErrors")["installabilityErrors"] in (
        [],
        [{"errorId": "in-incognito", "errorArguments": []}],
    )
    assert "manifest-src 'self'" in CSP
    for icon in json.loads(manifest["data"])["icons"]:
        answer = page.request.get(f"{desk.address}/static/{icon['src']}")
        assert answer.headers["content-type"].partition(";")[0] == icon["type"]
        if icon["type"] == "image/png":
            width, height = struct.unpack(">II", answer.body()[16:24])
            assert icon["sizes"] == f"{width}x{height}"


def test_the_bar_of_the_window_has_the_colour_of_the_page_in_both_modes(desk: Desk) -> None:
    page = desk.open(desk.sit_down())
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        paper = page.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--paper').trim()")
        assert page.get_attribute(f'meta[name="theme-color"][media*="{scheme}"]', "content") == paper
    page = desk.open(desk.sit_down("Noor", preferences={"theme": "dark"}))
    assert page.locator('meta[name="theme-color"]').count() == 1
    assert page.get_attribute('meta[name="theme-color"]', "content") == "#161613"


def test_the_badge_counts_held_comments_and_goes_with_the_session(desk: Desk) -> None:
    sow(desk.database, "news", [Seed(f"comment number {n}", f"Author {n}") for n in range(3)])
    page = desk.sit_down()
    page.context.add_init_script(WATCH_BADGE)
    desk.open(page)
    until(page, "window.__badges.at(-1) === 3")
    page.keyboard.press("a")
    until(page, "window.__badges.at(-1) === 2")
    desk.open(page, "/account")
    page.get_by_role("button", name="Sign out").last.click()
    page.wait_for_url("**/sign-in**")
    until(page, "window.__badges.at(-1) === 0")
    assert page.evaluate("window.__badges.at(-1)") == 0
