"""The page of reported comments: the tabs of the queue, and errors in the language of the page."""

import re
from datetime import UTC, datetime

from flask import Flask

from service.actions.comments.edit_erase import edit
from service.domain.states import State
from service.store.db.engine import Database
from service.store.moderation.queue import Tab
from tests.support.seeding import Seed, sow
from tests.support.sign_in import Browser, html_of, moderator
from tests.web.pages.queue.queue_page import comment_of, state_of, text_of


def signed_in(app: Flask, database: Database, name: str) -> Browser:
    return Browser(app).signed_in(moderator(database, f"{name.lower()}@news.example", site="news", name=name))


def test_every_tab_of_the_queue_is_also_on_the_pages_about_reports(app: Flask, site: str, database: Database) -> None:
    dana = signed_in(app, database, "Dana")
    for path in ("/queue", "/queue/reported", "/queue/complaints"):
        assert set(re.findall(r'<a [^>]*data-tab="([^"]+)"', html_of(dana.get(path)))) == set(Tab), path


def test_a_late_decision_about_a_report_is_answered_in_the_language_of_the_page(
    app: Flask, site: str, database: Database
) -> None:
    dana, sam = signed_in(app, database, "Dana"), signed_in(app, database, "Sam")
    dana.post("/account/preferences", {"language": "de"})
    [comment_id] = sow(database, site, [Seed("one", state=State.APPROVED)])
    seen = comment_of(sam.get("/queue?tab=approved"))
    sent = {"site": site, "comment": seen, "act": "reject", "reason": "insult"}
    assert sam.post("/queue/reported", sent).status_code == 303
    assert state_of(database, comment_id) == State.REJECTED
    late = dana.post("/queue/reported", sent)
    assert late.status_code == 409
    assert "Sam hat dies schon" in html_of(late)


def test_an_edit_since_the_last_decision_is_not_blamed_on_that_decision(app: Flask, site: str, database: Database) -> None:
    dana, sam = signed_in(app, database, "Dana"), signed_in(app, database, "Sam")
    [comment_id] = sow(database, site, [Seed("one")])
    held = {"site": site, "comment": comment_of(sam.get("/queue")), "act": "approve"}
    assert sam.post("/queue/decide", held).status_code == 303
    seen = comment_of(dana.get("/queue?tab=approved"))
    with database.writing() as session:
        edit(session, site, comment_id, "two", version=None, now=datetime.now(UTC))
    late = dana.post("/queue/reported", {"site": site, "comment": seen, "act": "keep"})
    assert late.status_code == 409
    assert "Somebody changed this comment since you saw it; look at it again." in text_of(late)
