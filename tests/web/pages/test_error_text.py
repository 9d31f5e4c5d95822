"""Errors on pages: in the language of the page, with the name of the field, as a page, and with a way on."""

import pytest
from flask import Flask

from service.domain.states import State
from service.store.db.engine import Database
from service.store.tables.accounts import Role
from service.web.pages.error_text import _sentences
from service.web.pages.plain_english import _PLAIN
from tests.support.seeding import Seed, sow
from tests.support.sign_in import Browser, html_of, moderator

BROWSER = {"headers": {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8", "Accept-Language": "de"}}


def signed_in(app: Flask, database: Database, language: str, role: Role = Role.ADMIN) -> Browser:
    browser = Browser(app).signed_in(moderator(database, f"{role}@news.example", role, site="news", name="Ada"))
    browser.post("/account/preferences", {"language": language})
    return browser


@pytest.mark.parametrize(
    ("language", "words"),
    [("de", "Gesperrte Wörter: Höchstens 200 Zeichen je Eintrag sind möglich."), ("ar", "200 حرف على الأكثر في كل مدخل.")],
)
def test_an_error_of_a_list_names_the_field_in_the_language_of_the_page_and_keeps_the_list(
    app: Flask, database: Database, language: str, words: str
) -> None:
    ada = signed_in(app, database, language)
    answer = ada.post("/settings/rules", {"site": "news", "blocked_words": "x" * 201})
    page = html_of(answer)
    assert (answer.status_code, "expected" in page) == (422, False)
    assert words in page
    assert "x" * 201 in page


@pytest.mark.parametrize(
    ("path", "form", "words"),
    [
        ("/settings/rules", {"blocked_domains": "https://spam.example/path"}, "Enter only the domain, for example spam.example"),
        ("/settings/keys", {"label": "blog"}, "Choose at least one permission."),
        ("/account/password", {"new": "short", "again": "short"}, "Enter at least 12 characters."),
        ("/settings/moderators", {"email": "nobody", "role": "viewer"}, "Enter an e-mail address like name@example.org"),
    ],
)
def test_an_english_page_says_what_to_do(app: Flask, database: Database, path: str, form: dict[str, str], words: str) -> None:
    ada = signed_in(app, database, "en")
    page = html_of(ada.post(path, {"site": "news", **form}))
    assert words in page
    assert "xpected" not in page


def test_a_password_that_is_too_short_is_refused_in_german(app: Flask, database: Database) -> None:
    ada = signed_in(app, database, "de")
    assert "Geben Sie mindestens 12 Zeichen ein" in html_of(ada.post("/account/password", {"new": "kurz", "again": "kurz"}))


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_plain_english_stands_for_errors_that_exist(app: Flask) -> None:
    with app.test_request_context():
        assert set(_PLAIN) <= set(_sentences())


def test_a_wrong_setting_of_reports_is_explained_in_german(app: Flask, database: Database) -> None:
    ada = signed_in(app, database, "de")
    answer = ada.post("/settings/reports", {"site": "news", "hold_from": "1", "name": "", "email": ""})
    assert answer.status_code == 422
    assert "Möglich ist 2 bis 100 oder ein leeres Feld, nicht 1." in html_of(answer)


def test_a_refused_page_says_so_once_in_german(app: Flask, database: Database) -> None:
    mo = signed_in(app, database, "de", Role.VIEWER)
    page = html_of(mo.get("/settings", **BROWSER))
    assert "yours is" not in page
    assert ".." not in page


def test_a_refusal_to_the_script_is_in_the_language_of_the_page(app: Flask, database: Database) -> None:
    mo = signed_in(app, database, "de", Role.MODERATOR)
    [comment_id] = sow(database, "news", [Seed("one", state=State.REJECTED)])
    answer = mo.send(f"/queue/comments/{comment_id}/reply?site=news", {})
    assert answer.status_code == 409
    assert (
        answer.json["detail"] == "Dieser Kommentar ist abgelehnt; geben Sie ihn zuerst frei, damit die Antwort einen Platz hat."
    )


def test_an_unknown_address_is_a_page_for_a_browser_and_json_for_a_program(app: Flask, database: Database) -> None:
    ada = signed_in(app, database, "en")
    for path in ("/settings/nowhere", "/settings/keys/x/revoke", "/nothing"):
        answer = ada.get(path, **BROWSER)
        assert (answer.status_code, answer.mimetype) == (404, "text/html"), path
        assert "Back to the queue" in html_of(answer)
        assert answer.headers["Content-Security-Policy"]
    assert ada.get("/settings/rules", **BROWSER).location.startswith("/settings?")
    assert ada.get("/v1/nowhere", **BROWSER).mimetype == "application/problem+json"
    assert ada.get("/nothing").mimetype == "application/problem+json"


def test_who_is_not_signed_in_is_offered_the_sign_in(app: Flask) -> None:
    page = html_of(Browser(app).get("/nothing", **BROWSER))
    assert 'href="/sign-in"' in page
    assert 'class="button" href="/queue"' not in page
