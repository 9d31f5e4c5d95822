"""The charts: numbers that an editor acts on."""

import re
from datetime import UTC, datetime

from flask import Flask

from service.actions.admit import add_site
from service.config import Settings
from service.domain.signals import Kind
from service.domain.states import State
from service.store.engine import Database
from service.store.trends import trends
from tests.seeding import Seed, sow
from tests.web.browsers import Browser, moderator, serving
from tests.web.test_queue_page import form, text_of


def test_trends_count_what_people_did(settings: Settings, database: Database) -> None:
    now = datetime.now(UTC)
    with database.writing() as session:
        add_site(session, "news", origins=["https://news.example"], now=now)
    with serving(settings) as app:
        dana = Browser(app).signed_in(moderator(database, "dana@news.example"))
        assert "Nothing to draw yet" in text_of(dana.get("/charts"))
        sow(
            database,
            "news",
            [
                Seed("one", minutes=9),
                Seed("two", minutes=8),
                Seed("three", minutes=7, kind=Kind.SPAM_LINKS),
                Seed("calm", state=State.APPROVED, minutes=6),
            ],
        )
        for act in ("approve", "spam", "approve"):
            location = dana.post("/queue/decide", form(dana.get("/queue"), act)).location
        gesture = re.search(r'name="gesture" value="([^"]+)"', dana.get(location).get_data(as_text=True))[1]
        dana.post("/queue/undo", {"site": "news", "gesture": gesture})
        with database.reading() as session:
            found = trends(session, "news", now=datetime.now(UTC), days=7)
        assert (found.judged, found.alone, found.decided, found.undone) == (4, 1, 3, 1)
        assert found.depth[-1][1] == 1
        assert [(o.reason, o.decided, o.approved) for o in found.overruled] == [("profanity.mild", 2, 1)]
        assert 400 < found.decisions.p50 < 700
        page = text_of(dana.get("/charts?days=7"))
        assert "25 %" in page
        assert "Mild profanity" in page


def test_the_charts_are_for_those_with_a_role(settings: Settings, database: Database) -> None:
    with database.writing() as session:
        add_site(session, "news", origins=["https://news.example"], now=datetime.now(UTC))
    with serving(settings) as app:
        assert isinstance(app, Flask)
        assert Browser(app).get("/charts").status_code == 303
