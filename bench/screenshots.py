"""`make screenshots`: pictures of every page on made-up comments, wide, dark and on a phone, into docs/screenshots."""

import logging
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

from playwright.sync_api import Page
from sqlalchemy import select
from sqlalchemy.orm import Session

from service.actions.endpoints import add_endpoint
from service.actions.gesture import Seen, move
from service.domain.ids import new_id
from service.domain.sealing import Seal
from service.domain.states import State
from service.store.comments import Comment
from service.store.people import Role, moderator_with
from tests.browser.desk import PHONE, Desk, browser, opened
from tests.seeding import sow
from tests.synthetic import SEEDS
from workers.tally import count_days

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
    "rules": "/settings",
    "endpoints": "/settings/endpoints",
    "keys": "/settings/keys",
    "moderators": "/settings/moderators",
    "account": "/account",
}


def main() -> None:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    PLACE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, browser() as chromium:
        if chromium is None:
            raise SystemExit("Chromium is not to be had on this machine")
        with opened(chromium, Path(folder)) as desk:
            _furnish(desk)
            for look, options in LOOKS.items():
                _take(desk, desk.sit_down(preferences={"practice_declined": True}, **options), look)
            _shoot(desk.open(desk.sit_down(preferences={"practice_declined": True}, locale="ar", **LOOKS[""])), "queue-arabic")
    for path in sorted(PLACE.glob("*.png")):
        print(f"{path.relative_to(Path.cwd())}\t{path.stat().st_size // 1024} kB")


def _furnish(desk: Desk) -> None:
    sow(desk.database, "news", SEEDS)
    desk.sit_down("Sam", Role.MODERATOR).context.close()
    with desk.database.writing() as session:
        sam = moderator_with(session, "sam@news.example")
        held = session.scalars(
            select(Comment.id).where(Comment.author_name.in_(("Ines", "Nina")), Comment.state == State.HELD)
        ).all()
        for comment_id, state, reason in zip(held, (State.APPROVED, State.REJECTED), ("", "insult"), strict=True):
            _decide(session, sam.id, comment_id, state, reason)
        add_endpoint(session, "news", url="https://news.example/hooks/greenroom", seal=Seal.from_secret("x" * 32), now=_now())
    count_days(desk.database)


def _decide(session: Session, moderator_id: UUID, comment_id: UUID, state: State, reason: str) -> None:
    move(
        session, "news", [Seen(comment_id, None)], state, gesture_id=new_id(), moderator_id=moderator_id,
        now=_now(), delay=timedelta(0), reason=reason,
    )  # fmt: skip


def _now() -> datetime:
    return datetime.now(UTC)


def _take(desk: Desk, page: Page, look: str) -> None:
    desk.open(page)
    page.wait_for_timeout(400)
    _shoot(page, f"queue{look}")
    page.keyboard.press("r")
    page.wait_for_timeout(150)
    _shoot(page, f"queue-reasons{look}")
    page.keyboard.press("Escape")
    if not look:
        page.keyboard.press("?")
        _shoot(page, "queue-keys")
        page.keyboard.press("Escape")
    for name, path in PAGES.items():
        desk.open(page, path)
        _shoot(page, name + look)
    page.context.clear_cookies()
    desk.open(page)
    _shoot(page, f"sign-in{look}")


def _shoot(page: Page, name: str) -> None:
    page.screenshot(path=PLACE / f"{name}.png", animations="disabled")


if __name__ == "__main__":
    main()
