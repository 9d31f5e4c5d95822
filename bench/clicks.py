"""`make clicks`: counts the keys, clicks and page loads of a moderator's commonest jobs in Chromium, as docs/moderating.md lists them.

Each job is done twice on a site of its own, by keys and by clicks, and counts only if the database then has what it is for.
"""

import logging
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, Page
from sqlalchemy import func, select

from service.domain.states import State
from service.store.tables.comments import Comment
from service.store.tables.moderation import Activity, ActivityKind, Decision, Note
from tests.support.desk import Desk, browser, opened, until
from tests.support.seeding import Seed, sow

#: Three comments by one author and three by others wait. Bargain has 20 published comments.
SEEDS = [
    *(Seed(f"Buy number {n}", "Bargain", state=State.APPROVED, minutes=90 - n) for n in range(20)),
    *(Seed(f"Cheap offer {n}", "Bargain", minutes=30 - n) for n in range(3)),
    *(Seed(f"Comment number {n}", f"Author {n}", minutes=20 - n) for n in range(3)),
]
CARD = ".card.current"


@dataclass
class Hand:
    """A moderator's hand on one page: counts its keys and clicks, and the loads of the page."""

    page: Page
    keys: list[str] = field(default_factory=list)
    clicks: int = 0
    loads: int = 0
    texts: bool = False

    def __post_init__(self) -> None:
        self.page.on("load", lambda _: setattr(self, "loads", self.loads + 1))

    def press(self, *keys: str) -> None:
        for key in keys:
            self.keys.append(key)
            self.page.keyboard.press(key)
            self.page.wait_for_timeout(150)

    def type(self, text: str) -> None:
        self.texts = True
        self.page.keyboard.type(text)

    def click(self, *places: str) -> None:
        for place in places:
            self.clicks += 1
            self.page.locator(place).first.click()
            self.page.wait_for_timeout(150)


@dataclass(frozen=True)
class Job:
    """A job: its name, how it is done by keys and by clicks, on which page it starts, and how many of what the database has then."""

    name: str
    by_keys: Callable[[Hand], None]
    by_clicks: Callable[[Hand], None]
    done: Callable[[Desk], bool]
    start: str = "/queue"


def main() -> None:
    logging.disable()
    print("| Work | Keys | Clicks | Loads |\n|---|---|---|---|")
    with browser() as chromium:
        if chromium is None:
            raise SystemExit("Chromium is not to be had on this machine")
        for job in JOBS:
            keyed, clicked = (_count(chromium, job, way) for way in (job.by_keys, job.by_clicks))
            keys = " ".join(f"`{key}`" for key in keyed.keys)
            text = " and text" if clicked.texts else ""
            loads = f"{keyed.loads} / {clicked.loads}" if keyed.loads != clicked.loads else str(keyed.loads)
            other = f", {keyed.clicks} click" if keyed.clicks else ""
            print(
                f"| {job.name} | {keys}{' and text' if keyed.texts else ''}{other} | {clicked.clicks}{text} | {loads} |",
                flush=True,
            )


def _count(chromium: Browser, job: Job, way: Callable[[Hand], None]) -> Hand:
    with tempfile.TemporaryDirectory() as folder, opened(chromium, Path(folder)) as desk:
        sow(desk.database, "news", SEEDS)
        page = desk.open(desk.sit_down(preferences={"practice_declined": True}), job.start)
        if job.start.startswith("/queue"):
            until(page, "document.querySelector('.card.current') !== null")
        page.set_default_timeout(10_000)
        hand = Hand(page)
        way(hand)
        for _ in range(100):
            if job.done(desk):
                break
            page.wait_for_timeout(50)
        else:
            raise SystemExit(f"{job.name}: not done after {hand.keys} and {hand.clicks} clicks")
        # The page that the last step leads to counts, too.
        page.wait_for_timeout(3000)
        return hand


def _comments(desk: Desk, state: State, *, name: str = "") -> int:
    query = select(func.count()).select_from(Comment).where(Comment.state == state)
    with desk.database.reading() as session:
        return session.scalar(query.where(Comment.author_name == name) if name else query) or 0


def _any(desk: Desk, *conditions: object) -> bool:
    with desk.database.reading() as session:
        return bool(session.scalar(select(func.count()).where(*conditions)))  # type: ignore[arg-type]


def _undo_by_keys(hand: Hand) -> None:
    hand.page.keyboard.press("a")
    until(hand.page, "!document.querySelector('#undo-form').hidden")
    hand.press("z")


def _undo_by_click(hand: Hand) -> None:
    hand.page.keyboard.press("a")
    until(hand.page, "!document.querySelector('#undo-form').hidden")
    hand.click("#undo-form button")


def _reject_with_text(hand: Hand) -> None:
    hand.press("r", "m")
    hand.type("Please stay kind.")
    hand.press("Enter")


def _click_reject_with_text(hand: Hand) -> None:
    hand.click(f"{CARD} details.reject summary", f'{CARD} input[name="note"]')
    hand.type("Please stay kind.")
    hand.click(f'{CARD} .sheet button[value="reject"]')


def _reject_with_both(hand: Hand) -> None:
    hand.press("r", "m")
    hand.type("Please stay kind.")
    hand.press("Tab", "2")


def _click_reject_with_both(hand: Hand) -> None:
    hand.click(f"{CARD} details.reject summary", f'{CARD} input[name="note"]')
    hand.type("Please stay kind.")
    hand.click(f'{CARD} button[value="reject:hate"]')


def _tool(key: str, tool: str, text: str) -> tuple[Callable[[Hand], None], Callable[[Hand], None]]:
    def keyed(hand: Hand) -> None:
        hand.press(key)
        hand.type(text)
        hand.press("Tab", "Enter")

    def clicked(hand: Hand) -> None:
        hand.click(f'{CARD} [data-tool="{tool}"]')
        hand.type(text)
        hand.click(f"{CARD} .tool-form button.main")

    return keyed, clicked


def _find(hand: Hand, *, keys: bool) -> None:
    """The page of the search puts the cursor into its field."""
    hand.click('nav a[href^="/search"], header a[href^="/search"]')
    hand.page.wait_for_url("**/search**")
    hand.type("Comment number 1")
    if keys:
        hand.press("Enter")
    else:
        hand.click('form.filters button:text("Search")')
    hand.page.get_by_text("Comment number 1").first.wait_for()


def _remove_published_by_keys(hand: Hand) -> None:
    hand.press("u")
    hand.page.wait_for_url("**author=**")
    until(hand.page, "document.querySelector('.card.current') !== null")
    hand.press("*")
    until(hand.page, "document.querySelectorAll('.card.picked').length === 20")
    hand.press("s")


def _reject_all_by_keys(hand: Hand) -> None:
    hand.press("m")
    hand.page.locator(".together").wait_for()
    hand.page.wait_for_load_state()
    hand.press("Enter")


def _with_ban(hand: Hand) -> None:
    hand.click(
        ".card .author-link", 'input[name="remove"][value="published"]', 'input[name="for"][value="7d"]', 'button[value="ban"]'
    )


JOBS = (
    Job("Approve", lambda h: h.press("a"), lambda h: h.click(f'{CARD} button[value="approve"]'), lambda d: _comments(d, State.APPROVED) == 21),
    Job(
        "Reject with a reason", lambda h: h.press("r", "2"),
        lambda h: h.click(f"{CARD} details.reject summary", f'{CARD} button[value="reject:hate"]'),
        lambda d: _any(d, Decision.reason == "hate"),
    ),
    Job("Reject with an own sentence", _reject_with_text, _click_reject_with_text, lambda d: _any(d, Decision.note != "")),
    Job(
        "Reject with a reason and an own sentence", _reject_with_both, _click_reject_with_both,
        lambda d: _any(d, Decision.note != "", Decision.reason == "hate"),
    ),
    Job("Undo the last step, also of many", _undo_by_keys, _undo_by_click, lambda d: _any(d, Decision.undoes.is_not(None))),
    Job(
        "Everything that waits by one author is spam", _reject_all_by_keys,
        lambda h: h.click(f'{CARD} a[href*="together"]', '.together button[value="spam"]'),
        lambda d: _comments(d, State.REJECTED, name="Bargain") == 3,
    ),
    Job(
        "Ban, on the card", lambda h: h.press("b", "ArrowRight", "Enter"),
        lambda h: h.click(f'{CARD} [data-tool="ban"]', f'{CARD} input[name="for"][value="7d"]', f'{CARD} button[value="ban"]'),
        lambda d: _any(d, Activity.kind == ActivityKind.BAN),
    ),
    Job(
        "Remove 20 published comments of one author, by keys from the *Approved* tab", _remove_published_by_keys,
        lambda h: h.click(".card .author-link", 'input[name="remove"][value="published"]', 'button[value="remove"]'),
        lambda d: _comments(d, State.APPROVED, name="Bargain") == 0, "/queue?tab=approved",
    ),
    Job("The same with a ban for 7 days", _with_ban, _with_ban, lambda d: _comments(d, State.APPROVED, name="Bargain") == 0),
    Job("Reply as the site, which approves the comment", *_tool("w", "reply", "Thank you."), lambda d: _comments(d, State.APPROVED) == 22),
    Job("Note for colleagues", *_tool("n", "note", "We know him."), lambda d: _any(d, Note.text != "")),
    Job(
        "Find a comment in any state", lambda h: _find(h, keys=True), lambda h: _find(h, keys=False), lambda _: True,
    ),
)  # fmt: skip


if __name__ == "__main__":
    main()
