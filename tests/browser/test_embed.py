"""The example of a news page on another origin: comments, form, own comments and counts, under its Content-Security-Policy."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select, update

from service.actions.moderation.decide import Actor, Ruling, decide
from service.actions.sites.site_settings import set_origins
from service.domain.policy.site_policy import SitePolicy
from service.domain.states import State
from service.store.tables.author_addresses import AuthorAddress
from service.store.tables.comments import Comment
from service.store.tables.sites import Site
from tests.browser.test_access import RULES
from tests.support.desk import PHONE, WATCH, Desk, opened
from tests.support.news_page import served_pages
from tests.support.seeding import Seed, sow

PAYLOAD = "<img src=x onerror=alert(1)> & <b>bold</b>\n\nA second paragraph."


@dataclass(frozen=True, slots=True)
class Host:
    """A host on its own origin, its Greenroom, and another origin with the same pages that is not of the site."""

    chromium: Browser
    desk: Desk
    origin: str
    stranger: str

    def open(self, path: str = "/story.html", *, origin: str = "", **options: object) -> Page:
        context = self.chromium.new_context(**options)
        context.add_init_script(WATCH.rpartition("window.alert")[0])
        page = context.new_page()
        page.goto((origin or self.origin) + path)
        return page

    def decide(self, text: str, state: State) -> None:
        with self.desk.database.writing() as session:
            comment = session.scalar(select(Comment.id).where(Comment.text == text))
            assert comment
            decide(session, "news", [Ruling(comment, state, None)], actor=Actor(), now=datetime.now(UTC), delay=timedelta(0))
        self.desk.app.extensions["greenroom"].feeds.clear()


@pytest.fixture(scope="module")
def host(chromium: Browser, sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    folder = tmp_path_factory.mktemp("embed")
    (folder / "greenroom.db").write_bytes(sqlite_template.read_bytes())
    mail = {"GREENROOM_MAIL_URL": "smtp://localhost:1", "GREENROOM_MAIL_FROM": "news@news.example"}
    with opened(chromium, folder, **mail) as desk, served_pages(desk.address) as origin, served_pages(desk.address) as stranger:
        with desk.database.writing() as session:
            set_origins(session, "news", [origin])
            site = session.get_one(Site, "news")
            site.policy = SitePolicy(site.policy).changed(mails_authors=True)
        root = Seed("The bridge is lovely.", "Ann", thread="hello", state=State.APPROVED, minutes=9)
        [parent] = sow(desk.database, "news", [root])
        sow(desk.database, "news", [replace(root, text=PAYLOAD, name="Ben", minutes=8, parent=str(parent))])
        yield Host(chromium, desk, origin, stranger)


def watched(page: Page) -> list[str]:
    return page.evaluate("window.__refused")


def test_a_page_of_another_origin_shows_the_thread_as_text_without_cookies(host: Host) -> None:
    page = host.open()
    asked: set[str] = set()
    page.on("request", lambda request: asked.add(request.url.split("/")[2]))
    page.reload()
    expect(page.get_by_role("heading", name="Comments (2)")).to_be_visible()
    reply = page.locator(".greenroom-replies .greenroom-comment")
    expect(reply.locator(".greenroom-text p").first).to_have_text("<img src=x onerror=alert(1)> & <b>bold</b>")
    expect(reply.locator(".greenroom-text p")).to_have_count(2)
    assert page.locator("greenroom-comments img").count() == 0
    assert watched(page) == []
    assert page.context.cookies() == []
    assert asked == {host.origin.split("/")[2], host.desk.address.split("/")[2]}
    report = page.get_by_role("link", name="Report the comment by Ben").get_attribute("href")
    assert page.context.request.get(report).status == 200


def test_a_reader_writes_by_keyboard_and_sees_the_comment_wait_edits_and_deletes_it(host: Host) -> None:
    page = host.open()
    page.get_by_role("button", name="Reply to Ann").press("Enter")
    form = page.get_by_role("form", name="Reply to Ann")
    expect(form.get_by_label("Your comment")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Reply to Ann")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.type("Lovely indeed.")
    page.keyboard.press("Tab")
    page.keyboard.type("Cay")
    page.get_by_role("button", name="Send the comment").first.press("Enter")
    expect(page.get_by_role("status")).to_have_text("Thank you. Your comment will appear after a review.")
    mine = page.locator(".greenroom-waiting")
    expect(mine).to_contain_text("Waiting for a moderator")
    expect(mine).to_contain_text("Lovely indeed.")
    page.reload()
    expect(mine).to_contain_text("Lovely indeed.")
    other = host.open()
    expect(other.get_by_role("heading", name="Comments (2)")).to_be_visible()
    assert "Lovely indeed." not in other.content()
    mine.get_by_role("button", name="Edit").click()
    page.get_by_role("form", name="Edit").get_by_label("Your comment").fill("Lovely, and wide.")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_have_text("Your comment is changed.")
    expect(mine).to_contain_text("Lovely, and wide.")
    host.decide("Lovely, and wide.", State.APPROVED)
    page.reload()
    expect(page.get_by_role("heading", name="Comments (3)")).to_be_visible()
    expect(mine).to_have_count(0)
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_role("status")).to_have_text("Your comment is deleted.")
    expect(page.get_by_role("heading", name="Comments (2)")).to_be_visible()
    assert page.evaluate("localStorage.length") == 0
    assert watched(page) == []


def test_what_is_refused_is_said_at_its_field_and_nothing_typed_is_lost(host: Host) -> None:
    page = host.open()
    text = page.get_by_role("form", name="Write a comment").get_by_label("Your comment")
    text.fill("\u200b")
    page.get_by_label("Name").fill("Dana")
    page.get_by_role("button", name="Send the comment").click()
    expect(text).to_be_focused()
    expect(text).to_have_attribute("aria-invalid", "")
    expect(text).to_have_accessible_description("Write a comment of at most 10,000 characters.")
    expect(page.get_by_label("Name")).to_have_value("Dana")


def test_an_origin_that_is_not_of_the_site_keeps_its_links_and_is_told_what_to_do(host: Host) -> None:
    page = host.open("/index.html", origin=host.stranger)
    told: list[str] = []
    page.on("console", lambda line: told.append(line.text))
    page.goto(f"{host.stranger}/story.html")
    with page.expect_event("console", lambda line: "--add-origin" in line.text):
        page.reload()
    expect(page.get_by_role("link", name="Write a comment")).to_be_visible()
    assert f"greenroom site set news --add-origin {host.stranger}" in " ".join(told)


def test_without_scripts_there_are_links_to_the_form_and_the_comments(host: Host) -> None:
    page = host.open(java_script_enabled=False)
    page.get_by_role("link", name="Write a comment").click()
    expect(page.get_by_label("Your comment")).to_be_visible()


def test_a_list_of_pages_asks_once_for_all_counts(host: Host) -> None:
    page = host.open("/index.html")
    with page.expect_request("**/v1/counts?*") as asked:
        page.reload()
    assert asked.value.url.count("thread=") == 2
    expect(page.locator("greenroom-count").nth(0)).to_have_text("2")
    expect(page.locator("greenroom-count").nth(1)).to_have_text("0")
    assert watched(page) == []


def test_a_long_thread_loads_when_it_is_near_and_to_its_last_comment(host: Host) -> None:
    seeds = [Seed(f"Word {n}.", f"Reader {n}", thread="long", state=State.APPROVED, minutes=70) for n in range(580)]
    ids = sow(host.desk.database, "news", seeds)
    with host.desk.database.writing() as session:
        session.execute(update(Comment).where(Comment.id.in_(ids[60:])).values(parent_id=ids[0]))
    page = host.open("/index.html")
    page.evaluate(
        "document.querySelector('main').innerHTML = '<p></p><greenroom-comments site=news thread=long></greenroom-comments>';"
        "document.querySelector('main p').style.height = '5000px'"
    )
    assert page.locator("greenroom-comments section").count() == 0
    page.locator("greenroom-comments").scroll_into_view_if_needed()
    expect(page.locator(".greenroom-comment")).to_have_count(550)
    page.get_by_role("button", name="More replies").click()
    expect(page.locator(".greenroom-comment")).to_have_count(570)
    page.get_by_role("button", name="More comments").click()
    expect(page.locator(".greenroom-comment")).to_have_count(580)
    expect(page.get_by_role("button", name="More")).to_have_count(0)


@pytest.mark.parametrize("look", [{}, {**PHONE, "color_scheme": "dark"}, {"locale": "ar"}])
def test_axe_finds_nothing_on_the_page_in_any_look(host: Host, look: dict[str, object]) -> None:
    page = host.open(**look)
    if look.get("locale"):
        page.evaluate("document.documentElement.lang = 'ar'; document.querySelector('greenroom-comments').load()")
        expect(page.locator("section[dir=rtl]")).to_be_visible()
    page.locator(".greenroom-reply").first.click()
    expect(page.locator("form")).to_have_count(2)
    found = Axe().run(page, options=RULES).response["violations"]
    assert [(fault["id"], [node["target"] for node in fault["nodes"]]) for fault in found] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_form_asks_for_a_website_where_the_page_says_so(host: Host) -> None:
    page = host.open()
    expect(page.get_by_label("Name")).to_be_visible()
    assert page.get_by_label("Website").count() == 0
    page.evaluate("const old = document.querySelector('greenroom-comments'); const asking = old.cloneNode(); asking.setAttribute('website', '');"
                  "old.replaceWith(asking)")  # fmt: skip
    page.get_by_label("Your comment").fill("My own page is about bridges.")
    page.get_by_label("Website").fill("bridges.example")
    page.get_by_role("button", name="Send the comment").click()
    expect(page.locator(".greenroom-waiting")).to_contain_text("about bridges")
    with host.desk.database.reading() as session:
        url = session.scalar(select(Comment.author_url).where(Comment.text == "My own page is about bridges."))
    assert url == "https://bridges.example"


def test_a_reader_asks_for_a_mail_about_the_decision(host: Host) -> None:
    page = host.open()
    expect(page.get_by_label("Name")).to_be_visible()
    page.get_by_label("Your comment").fill("Tell me about the ferry, please.")
    page.get_by_label("E-mail").fill("ann@mail.example")
    page.get_by_label("Mail me").check()
    page.get_by_role("button", name="Send the comment").click()
    expect(page.locator(".greenroom-waiting")).to_contain_text("about the ferry")
    with host.desk.database.reading() as session:
        waiting = session.scalar(select(Comment.text).join(AuthorAddress, AuthorAddress.comment_id == Comment.id))
    assert waiting == "Tell me about the ferry, please."
