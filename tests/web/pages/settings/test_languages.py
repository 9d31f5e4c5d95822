"""The page of languages: what readers write, what the checks know, and what an admin chose."""

import pytest
from flask import Flask

from service.domain.states import State
from service.store.db.engine import Database
from service.store.tables.accounts import Role
from service.store.tables.sites import Site
from tests.support.seeding import Seed, sow
from tests.support.sign_in import Browser, html_of, moderator


@pytest.fixture
def ada(app: Flask, database: Database) -> Browser:
    return Browser(app).signed_in(moderator(database, "ada@news.example", Role.ADMIN, site="news", name="Ada"))


def languages_of(database: Database) -> list[str]:
    with database.reading() as session:
        return list(session.get(Site, "news").policy.get("languages", []))


def test_the_page_shows_which_languages_readers_write(ada: Browser, database: Database) -> None:
    for text in (
        "Das ist nicht richtig, und wir wissen es auch.",
        "No es la primera vez que nos dicen esto.",
        "I think that is right.",
    ):
        sow(database, "news", [Seed(text=text, state=State.APPROVED)])
    shown = html_of(ada.get("/settings/languages"))
    assert "Your readers also write German (33% of the last 3 comments). The checks decide about these comments." in shown
    assert "Your readers also write Spanish (33% of the last 3 comments). These comments wait for a person." in shown
    assert "coarse words, and plain attacks on groups of people" in shown


def test_a_choice_is_saved_and_other_choices_stay(ada: Browser, database: Database) -> None:
    ada.post("/settings/rules", {"site": "news", "languages": "ja"})
    assert ada.post("/settings/languages", {"site": "news", "say de": "hold", "say es": "take", "say fr": ""}).status_code == 303
    assert languages_of(database) == ["ja", "es", "-de"]
    ada.post("/settings/languages", {"site": "news", "say de": "", "say es": "take"})
    assert languages_of(database) == ["ja", "es"]
    assert 'value="take" selected' in html_of(ada.get("/settings/languages"))
