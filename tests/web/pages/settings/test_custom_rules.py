"""The custom rules page: an editor writes a rule with several conditions, sees what it would have met, and turns it on."""

import re
from urllib.parse import urlencode

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


def rules(database: Database) -> list[dict]:
    with database.reading() as session:
        return session.get(Site, "news").policy.get("rules", [])


def tried(ada: Browser, **fields: str) -> str:
    return html_of(ada.get(f"/settings/custom-rules?{urlencode({'site': 'news', **fields})}"))


def test_a_rule_of_two_conditions_shows_the_comments_that_it_would_have_met(ada: Browser, database: Database) -> None:
    seeds = [
        Seed("Win the lottery at https://win.example now", state=State.APPROVED),
        Seed("The lottery was dull"),
        Seed("See https://news.example"),
    ]
    sow(database, "news", seeds)
    fields = {"about": "words", "value": "lottery", "about2": "links", "value2": "0", "outcome": "reject", "until": "2199-12-31"}
    page = tried(ada, **fields)
    assert "Would have rejected 1 of the last 3 comments." in page
    assert "Win the lottery" in page and "was dull" not in page
    assert "Reject a comment that contains lottery and has more than 0 links, until Dec 31, 2199" in page
    assert ada.post("/settings/custom-rules", {"site": "news", "act": "live", **fields}).status_code == 303
    [rule] = rules(database)
    assert (rule["outcome"], rule["also"], rule["mode"]) == ("reject", [{"about": "links", "value": "0"}], "live")


@pytest.mark.parametrize(
    ("about", "typed", "words"),
    [
        ("language", "Englich", "Enter codes such as en (English)"),
        ("language", "qqqq", "Enter codes such as en, de, fr"),
        ("links", "drei", "Enter a whole number, for example 3 (not 'drei')"),
        ("words", "*", "would match everything"),
    ],
)
def test_nonsense_is_refused_with_the_choices_and_stays_in_the_form(ada: Browser, about: str, typed: str, words: str) -> None:
    page = tried(ada, about=about, value=typed)
    assert words in page
    assert f'value="{typed}"' in page


def test_the_name_of_a_language_becomes_its_code(ada: Browser, database: Database) -> None:
    assert "is not written in en, de" in tried(ada, about="language", value="English, Deutsch")
    ada.post("/settings/custom-rules", {"site": "news", "act": "shadow", "about": "language", "value": "English"})
    assert rules(database)[0]["value"] == "en"


def test_a_removed_rule_can_be_put_back_in_its_mode(ada: Browser, database: Database) -> None:
    rule = {"about": "words", "value": "lottery", "outcome": "hold"}
    ada.post("/settings/custom-rules", {"site": "news", "act": "live", **rule})
    [before] = rules(database)
    answer = ada.post("/settings/custom-rules", {"site": "news", "act": "remove", "was": "live", **rule})
    assert rules(database) == []
    page = html_of(ada.get(answer.location))
    assert "Deleted: Hold a comment that contains lottery." in page
    back = re.search(r'role="status">Deleted.*?<form.*?</form>', page, re.DOTALL)[0]
    fields = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', back))
    act = re.search(r'name="act" value="(\w+)"', back)[1]
    ada.post("/settings/custom-rules", {**fields, "act": act})
    assert rules(database) == [before]
