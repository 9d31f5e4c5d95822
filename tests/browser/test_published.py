"""Published comments of a spammer are removed in a few keys or clicks, and nobody else's are touched."""

from playwright.sync_api import Page
from sqlalchemy import func, select

from service.domain.states import State
from service.store.tables.comments import Comment
from tests.support.desk import Desk, until
from tests.support.seeding import Seed, sow


def published(desk: Desk, name: str) -> int:
    with desk.database.reading() as session:
        count = select(func.count()).select_from(Comment)
        return session.scalar(count.where(Comment.author_name == name, Comment.state == State.APPROVED)) or 0


class Counter:
    """Counts the clicks and the page loads of a job."""

    def __init__(self, page: Page) -> None:
        self.page, self.clicks, self.loads = page, 0, 0
        page.on("load", lambda _: setattr(self, "loads", self.loads + 1))

    def click(self, where: str) -> None:
        self.clicks += 1
        self.page.locator(where).first.click()


def spam(desk: Desk) -> None:
    seeds = [Seed(f"Buy number {n}", "Bargain", state=State.APPROVED, minutes=30 - n) for n in range(20)]
    sow(
        desk.database, "news", [*seeds, Seed("A calm word", "Ann", state=State.APPROVED, minutes=40), Seed("Buy more", "Bargain")]
    )


def test_twenty_published_comments_of_one_author_are_removed_in_four_clicks(desk: Desk) -> None:
    spam(desk)
    page = desk.open(desk.sit_down(), "/queue")
    job = Counter(page)
    job.click(".card .author-link")
    job.click('input[name="remove"][value="published"]')
    job.click('button[value="remove"]')
    page.get_by_text("20 comments were rejected.").wait_for()
    assert (published(desk, "Bargain"), published(desk, "Ann")) == (0, 1)
    page.wait_for_load_state()
    assert (job.clicks, job.loads) == (3, 2)
    page.get_by_role("button", name="Undo the rejection").click()
    page.get_by_text("20 comments are back.").wait_for()
    assert published(desk, "Bargain") == 20


def test_a_ban_that_removes_everything_takes_four_clicks(desk: Desk) -> None:
    spam(desk)
    page = desk.open(desk.sit_down(), "/queue")
    job = Counter(page)
    job.click(".card .author-link")
    job.click('input[name="remove"][value="published"]')
    job.click('input[name="for"][value="7d"]')
    job.click('button[value="ban"]')
    page.get_by_text("The author is banned").wait_for()
    assert published(desk, "Bargain") == 0
    page.wait_for_load_state()
    assert (job.clicks, job.loads) == (4, 2)


def test_the_approved_tab_selects_all_by_one_author_with_three_keys(desk: Desk) -> None:
    spam(desk)
    page = desk.open(desk.sit_down(), "/queue?tab=approved")
    until(page, "document.querySelectorAll('.card').length > 0")
    page.keyboard.press("u")
    page.wait_for_url("**author=**tab=approved**")
    until(page, "document.querySelector('.card.current') !== null")
    page.keyboard.press("*")
    until(page, "document.querySelectorAll('.card.picked').length === 20")
    page.keyboard.press("s")
    for _ in range(100):
        if not published(desk, "Bargain"):
            break
        page.wait_for_timeout(100)
    assert (published(desk, "Bargain"), published(desk, "Ann")) == (0, 1)


def test_the_box_above_the_search_selects_all_that_was_found(desk: Desk) -> None:
    spam(desk)
    page = desk.open(desk.sit_down(), "/search?words=buy&state=approved")
    page.get_by_label("Select all").check()
    page.get_by_role("button", name="Spam").click()
    page.get_by_text("20 comments were decided.").wait_for()
    assert published(desk, "Bargain") == 0
