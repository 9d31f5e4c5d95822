"""The page and the command for external checks: off by default, and keys are never shown again."""

from html import unescape

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from service.actions.sites.external_checks import ExternalCheckSettings, set_external_check
from service.config import Settings
from service.domain.external_checks import ENTRY_POINTS, EXTERNAL_CHECKS, external_checks
from service.domain.security.encryption import SecretBox
from service.store.db.engine import Database
from service.store.sites.external_checks import external_checks_of
from service.store.tables.external_checks import ExternalCheckRow
from tests.support.factories import NOON, site
from tests.support.sign_in import Browser
from tests.web.pages.settings.test_learning_pages import ada, app  # noqa: F401 - fixtures

FORM = {
    "url": "https://checks.example/1.1",
    "ask_when": "all",
    "if_no_answer": "publish",
    "timeout": "1.5",
    "requests_per_day": "50",
    "requests_per_month": "900",
}


def _rows(database: Database) -> dict[str, ExternalCheckRow]:
    with database.reading() as session:
        return {row.name: row for row in session.scalars(select(ExternalCheckRow))}


def test_an_editor_switches_a_check_on_and_its_key_is_never_shown(ada: Browser, database: Database, settings: Settings) -> None:  # noqa: F811
    page = unescape(ada.get("/settings/external-checks").get_data(as_text=True))
    assert page.count("<h2>") == len(EXTERNAL_CHECKS)
    assert "Comments are sent to these services only if you turn them on." in page
    assert ada.post("/settings/external-checks", {**FORM, "name": "akismet", "act": "save"}).status_code == 422
    assert (
        ada.post("/settings/external-checks", {**FORM, "name": "akismet", "act": "save", "secret": "0123456789ab"}).status_code
        == 303
    )
    row = _rows(database)["akismet"]
    assert (row.ask_when, row.if_no_answer, row.timeout, row.requests_per_day, row.requests_per_month) == (
        "all",
        "publish",
        1.5,
        50,
        900,
    )
    assert SecretBox.from_secret(settings.secret).decrypt(row.secret) == "0123456789ab"
    assert "0123456789ab" not in ada.get("/settings/external-checks").get_data(as_text=True)
    # Saving without a key keeps the stored one.
    assert (
        ada.post("/settings/external-checks", {**FORM, "name": "akismet", "act": "save", "requests_per_day": "60"}).status_code
        == 303
    )
    assert SecretBox.from_secret(settings.secret).decrypt(_rows(database)["akismet"].secret) == "0123456789ab"
    assert ada.post("/settings/external-checks", {"name": "akismet", "act": "off"}).status_code == 303
    assert not _rows(database)["akismet"].enabled
    assert ada.post("/settings/external-checks", {"name": "akismet", "act": "remove"}).status_code == 303
    assert _rows(database) == {}


@pytest.mark.parametrize(
    "wrong",
    [{"requests_per_day": "-1"}, {"requests_per_day": "x"}, {"timeout": "nan"}, {"timeout": "99"}, {"ask_when": "everybody"}, {"url": "ftp://x"},
     {"url": "http://127.0.0.1/"}, {"secret": "two\nlines"}, {"act": "buy"}],
)  # fmt: skip
def test_what_cannot_be_is_refused_with_a_sentence(ada: Browser, database: Database, wrong: dict[str, str]) -> None:  # noqa: F811
    answer = ada.post("/settings/external-checks", {**FORM, "name": "akismet", "act": "save", "secret": "0123456789ab", **wrong})
    assert answer.status_code == 422
    assert 'role="alert"' in answer.get_data(as_text=True)
    assert _rows(database) == {}


def test_an_own_check_gets_a_signing_secret_which_is_shown_once(ada: Browser) -> None:  # noqa: F811
    answer = ada.post("/settings/external-checks", {**FORM, "name": "own", "act": "save"})
    assert (answer.status_code, "whsec_" in answer.get_data(as_text=True)) == (201, True)
    assert "whsec_" not in ada.get("/settings/external-checks").get_data(as_text=True)


def test_the_command_sets_lists_and_removes(settings: Settings, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    from service.cli import main
    from service.commands.support import context

    # Another test of this process may have left its own.
    context.settings.cache_clear()
    context.database.cache_clear()
    context.new_database.cache_clear()
    with database.writing() as session:
        site(session)
    monkeypatch.setenv("DATABASE_URL", settings.database)
    monkeypatch.setenv("GREENROOM_SECRET_KEY", settings.secret)
    monkeypatch.setenv("GREENROOM_HOME", str(settings.home))

    def run(*words: str, typed: str = "") -> str:
        return CliRunner().invoke(main, ["external", *words], input=typed).output

    assert "akismet  Akismet; needs: key" in run("kinds")
    assert (
        run("set", "news", "akismet", "--key-file", "-", "--requests-per-day", "9", typed="0123456789ab\n")
        == "akismet is set for news\n"
    )
    assert "akismet  on  https://rest.akismet.com/1.1" in run("list", "news")
    assert "0123456789ab" not in run("list", "news", "--json")
    assert "needs a key" in run("set", "news", "moderation")
    assert "no outside check 'x'" in run("set", "news", "x")
    assert run("remove", "news", "akismet") == "akismet is removed from news\n"
    with database.reading() as session:
        assert external_checks_of(session, "news") == []


def test_a_package_of_somebody_else_announces_its_check(
    monkeypatch: pytest.MonkeyPatch, database: Database, settings: Settings
) -> None:
    class Point:
        name = "theirs"
        load = staticmethod(lambda: EXTERNAL_CHECKS["moderation"])

    class Broken(Point):
        name = "broken"
        load = staticmethod(lambda: 1 // 0)

    from service.domain import external_checks as outside

    external_checks.cache_clear()
    monkeypatch.setattr(outside, "entry_points", lambda group: [Point, Broken] if group == ENTRY_POINTS else [])
    try:
        assert list(external_checks()) == [*EXTERNAL_CHECKS, "theirs"]
        with database.writing() as session:
            site(session)
            wanted = ExternalCheckSettings(url="https://x.example", secret="k")
            set_external_check(session, "news", "theirs", wanted, secret_box=SecretBox.from_secret(settings.secret), now=NOON)
    finally:
        external_checks.cache_clear()
