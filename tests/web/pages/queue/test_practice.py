"""Practice: ten synthetic comments with explained answers; optional, or required if the site wants it."""

from html import unescape

import pytest
from flask import Flask

from service.store.db.engine import Database
from service.store.tables.accounts import Role
from service.web.pages.blueprint import LANGUAGES
from service.web.pages.queue.practice_comments import NUMBER, lessons
from tests.support.seeding import Seed, sow
from tests.support.sign_in import Browser, moderator
from tests.web.pages.queue.queue_page import form


@pytest.fixture
def mo(app: Flask, database: Database) -> Browser:
    return Browser(app).signed_in(moderator(database, "mo@news.example", Role.MODERATOR, site="news"))


@pytest.fixture
def ada(app: Flask, database: Database) -> Browser:
    return Browser(app).signed_in(moderator(database, "ada@news.example", Role.ADMIN, site="news"))


def text(answer) -> str:
    return unescape(answer.get_data(as_text=True))


def answered(mo: Browser, n: int, act: str) -> str:
    answer = mo.post("/queue/practice", {"site": "news", "n": str(n), "act": act})
    assert answer.status_code == 303
    return text(mo.get(answer.location))


def practised(mo: Browser) -> str:
    for n in range(1, 11):
        answered(mo, n, "approve")
    return text(mo.get("/queue/practice?n=11"))


def test_each_answer_is_explained_and_the_end_names_the_other_keys(mo: Browser) -> None:
    assert "1 of 10" in text(mo.get("/queue/practice"))
    assert "correct" in answered(mo, 1, "approve")
    differs = answered(mo, 2, "approve")
    assert "You chose “Approve”; we suggest “Spam”." in differs
    assert "advertises something" in differs
    assert "correct" in answered(mo, 3, "reject:insult")
    assert "Practice finished" in practised(mo)


def test_nobody_jumps_ahead_and_nonsense_is_refused_by_name(mo: Browser) -> None:
    assert "1 of 10" in text(mo.get("/queue/practice?n=7"))
    assert "correct" not in text(mo.get("/queue/practice?n=1&said=approve"))
    assert mo.get("/queue/practice?n=-1&said=%00").status_code == 200
    assert mo.post("/queue/practice", {"site": "news", "n": "1", "act": "dance"}).status_code == 422


def test_a_new_moderator_is_invited_until_it_is_done_or_declined(mo: Browser, ada: Browser) -> None:
    assert "New here?" in text(mo.get("/queue"))
    practised(mo)
    assert "New here?" not in text(mo.get("/queue"))
    assert "New here?" in text(ada.get("/queue"))
    ada.post("/queue/practice/decline", {"site": "news"})
    assert "New here?" not in text(ada.get("/queue"))


def test_a_site_can_demand_it_of_new_moderators(app: Flask, mo: Browser, ada: Browser, database: Database) -> None:
    old = Browser(app).signed_in(moderator(database, "old@news.example", Role.MODERATOR, site="news"))
    sow(database, "news", [Seed("one")])
    old.post("/queue/decide", form(old.get("/queue"), "approve"))
    assert mo.post("/settings/practice", {"site": "news", "practice": "on"}).status_code == 403
    assert ada.post("/settings/practice", {"site": "news", "practice": "on"}).status_code == 303
    assert "checked" in text(ada.get("/settings/moderators")).partition('name="practice"')[2][:20]
    assert mo.get("/queue").location.startswith("/queue/practice")
    assert ada.get("/queue").status_code == old.get("/queue").status_code == 200
    practised(mo)
    assert mo.get("/queue").status_code == 200


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_a_lesson_marks_stands_in_its_text_in_every_language(app: Flask, language: str) -> None:
    with app.test_request_context(headers={"Accept-Language": language}):
        found = lessons()
    assert len(found) == NUMBER
    assert [lesson.name for lesson in found if lesson.found not in lesson.text] == []
