"""What a browser test waits for and reads on the queue page, and a swipe on it."""

import time
from collections.abc import Callable

from playwright.sync_api import Page
from sqlalchemy import func, select

from service.domain.states import State
from service.store.tables.comments import Comment
from tests.support.desk import Desk, until
from tests.support.servers import PATIENCE

Calm = Callable[[Page], None]


def number_in(desk: Desk, state: State) -> int:
    with desk.database.reading() as session:
        return session.scalar(select(func.count()).select_from(Comment).where(Comment.state == state))


def eventually(page: Page, desk: Desk, state: State, number: int) -> None:
    until = time.monotonic() + PATIENCE
    while number_in(desk, state) != number and time.monotonic() < until:
        page.wait_for_timeout(100)
    assert number_in(desk, state) == number


def answered(page: Page) -> None:
    """Wait until all decisions have their response, so that the page can be left without a warning."""
    until(page, "dispatchEvent(new Event('beforeunload', { cancelable: true }))")


def at_rest(page: Page) -> None:
    """Wait two frames, until the layout is painted."""
    page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")


def back_at_the_top(page: Page) -> None:
    """Wait until a scroll by a finger has run out, which takes the longer the faster it was; then go back."""
    page.evaluate(
        "new Promise((done) => { let last = -1, same = 0; const look = () => { same = scrollY === last ? same + 1 : 0; last = scrollY;"
        " same > 20 ? done(scrollTo(0, 0)) : requestAnimationFrame(look); }; look(); })"
    )


def current(page: Page) -> str:
    return page.locator(".card.current .text").inner_text()


def swipe(page: Page, *points: tuple[int, int]) -> None:
    """Swipe through these points of the screen."""
    touch = page.context.new_cdp_session(page)
    kinds = ["touchStart", *["touchMove"] * (len(points) - 1)]
    for kind, (x, y) in zip(kinds, points, strict=True):
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
