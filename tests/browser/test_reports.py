"""A report and its complaint, through the pages: a reader reports, a moderator removes, the author complains, another one reverses."""

import os
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from service.domain.states import State
from service.store.reported.statements import statement_of_event
from service.store.tables.accounts import Role
from service.store.tables.comments import Comment
from service.store.tables.outbox import Event
from service.store.tables.sites import Site
from service.web.resources.web_resources import WebResources
from tests.browser.queue_page import eventually
from tests.browser.test_access import Access
from tests.support.desk import PHONE, WIDE, Desk
from tests.support.reader import fill_report, send_report
from tests.support.seeding import Seed, sow

WORDS = "The mayor is a crook, and everybody knows it."


def without_account(desk: Desk, **options: object) -> Page:
    """A page of a reader, who has no session."""
    page = desk.sit_down("Reader", Role.VIEWER, **options)
    page.context.clear_cookies()
    return page


def complaint_page(desk: Desk, comment_id: UUID) -> str:
    """The secret page of the author, as the webhook of the removal says it."""
    resources: WebResources = desk.app.extensions["greenroom"]
    with desk.database.reading() as session:
        event = session.scalars(select(Event).where(Event.comment_id == comment_id).order_by(Event.seq.desc())).first()
        assert event is not None
        statement = statement_of_event(event, session.get_one(Site, "news"), links=resources.reader_links)
    assert statement is not None
    assert statement["source"] == "notice"
    return str(urlsplit(statement["redress"]["complaint_url"]).path)


@pytest.mark.parametrize("look", [WIDE, PHONE], ids=["wide", "phone"])
def test_from_the_report_of_a_reader_to_the_reversal_after_a_complaint(desk: Desk, look: dict) -> None:
    [comment_id] = sow(desk.database, "news", [Seed(WORDS, state=State.APPROVED)])
    access, name = Access(), "phone" if look is PHONE else "wide"

    def seen(page: Page, what: str) -> None:
        """Check the page with axe and for its width, and keep a picture of it if a folder is given."""
        access.look(page, what)
        assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"], what
        if folder := os.environ.get("GREENROOM_PICTURES"):
            page.screenshot(path=Path(folder) / f"{name}-{what.replace(' ', '-')}.png", full_page=True)

    reader = desk.open(without_account(desk, **look), f"/report/{comment_id}")
    reader.get_by_role("button", name="Send the report").click()
    expect(reader.get_by_role("alert")).to_contain_text("illegal or against the rules")
    seen(reader, "1 report with a fault")
    fill_report(reader)
    send_report(reader)
    seen(reader, "2 report received")

    dana = desk.open(desk.sit_down("Dana", Role.MODERATOR, preferences={"practice_declined": True}, **look))
    dana.get_by_role("link", name="Reported").click()
    expect(dana.locator(".report-card")).to_contain_text("It says something false about a person.")
    seen(dana, "3 reported tab")
    dana.get_by_role("button", name="Remove the comment").click()
    expect(dana.get_by_role("status").first).to_contain_text("The comment is removed.")
    eventually(dana, desk, State.REJECTED, 1)
    reader.reload()
    expect(reader.get_by_role("status")).to_contain_text("The comment was removed.")
    seen(reader, "4 report decided")

    author = desk.open(without_account(desk, **look), complaint_page(desk, comment_id))
    expect(author.locator(".statement")).to_contain_text("Readers reported it.")
    expect(author.locator(".statement")).not_to_contain_text("/complaint/")
    seen(author, "5 statement of reasons")
    author.get_by_label("Why is the decision wrong?").fill("It is proven by a court.")
    author.get_by_role("button", name="Send the complaint").click()
    expect(author.get_by_role("status")).to_contain_text("waits for another person")

    desk.open(dana, "/queue/complaints")
    expect(dana.locator(".report-card")).to_contain_text("Another person has to decide")
    expect(dana.get_by_role("button", name="publish the comment again")).to_have_count(0)
    sam = desk.open(desk.sit_down("Sam", Role.MODERATOR, preferences={"practice_declined": True}, **look), "/queue/complaints")
    seen(sam, "6 complaints tab")
    sam.get_by_role("button", name="publish the comment again").click()
    expect(sam.get_by_role("status").first).to_contain_text("The decision is reversed.")
    eventually(sam, desk, State.APPROVED, 1)
    author.reload()
    expect(author.get_by_role("status").first).to_contain_text("Your comment is shown.")
    expect(author.locator("body")).to_contain_text("Your complaint was right")
    seen(author, "7 complaint upheld")
    with desk.database.reading() as session:
        assert session.get_one(Comment, comment_id).state == State.APPROVED
    assert access.said == []
