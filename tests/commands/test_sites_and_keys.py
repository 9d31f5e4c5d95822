"""The site and key commands: add, list, rotate."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import Result
from sqlalchemy import func, select

from service.actions.sites.delete_site import A_BATCH
from service.commands.support import context
from service.domain.policy.language_coverage import COVERED, named
from service.store import Record
from service.store.tables.comments import Comment
from tests.commands.conftest import run_command
from tests.support.factories import draft, submitted


@pytest.fixture
def greenroom(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Result]]:
    """Runs a command on this test's database."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("GREENROOM_HOME", str(tmp_path))
    context.settings.cache_clear()
    context.database.cache_clear()
    context.new_database.cache_clear()
    yield run_command
    context.database().close()
    context.settings.cache_clear()
    context.database.cache_clear()
    context.new_database.cache_clear()


def test_a_key_is_added_listed_and_revoked(greenroom: Callable[..., Result]) -> None:
    assert "site news added" in greenroom("site", "add", "news", "--origin", "https://news.example").output
    assert greenroom("site", "list").output == "news  https://news.example\n"
    first, second = (json.loads(greenroom("key", "add", "news", "--json").output) for _ in range(2))
    listed = greenroom("key", "list", "news").output
    assert first["id"] in listed
    assert first["key"] not in listed
    assert greenroom("key", "revoke", "news", first["id"]).exit_code == 0
    assert first["id"] not in greenroom("key", "list", "news").output
    assert second["id"] in greenroom("key", "list", "news").output


def test_a_long_list_is_taken_from_a_file_and_useless_lines_are_named(greenroom: Callable[..., Result], tmp_path: Path) -> None:
    greenroom("site", "add", "news", "--origin", "https://news.example")
    lines = tmp_path / "lines.txt"
    lines.write_text("\n".join(["*", *(f"слово{n}" for n in range(65_000))]), encoding="utf-8")
    answer = greenroom("site", "words", "news", "held_words", str(lines))
    assert "held_words has 65000 entries; 1 lines were left out" in answer.output
    assert "line 1 left out, *: '*' would match everything" in answer.output
    lines.write_text("СЛОВО7\nКазино\n", encoding="utf-8")
    assert "65001 entries" in greenroom("site", "words", "news", "held_words", "--add", str(lines)).output
    assert greenroom("site", "words", "news", "held_words").output.endswith("слово64999\nказино\n")
    assert greenroom("site", "words", "nowhere", "held_words", str(lines)).exit_code == 1


def test_a_site_says_which_languages_it_takes_unseen(greenroom: Callable[..., Result]) -> None:
    greenroom("site", "add", "news", "--origin", "https://news.example")

    def languages(*words: str) -> str:
        return greenroom("site", "set", "news", *words).output.partition("\n")[0] + "\n"

    covered = f"site news: checks cover {named(sorted(COVERED))}; taken unseen: "
    assert languages() == covered + "no other\n"
    assert languages("--languages", "de,FR nb") == (covered + "German (de), French (fr), Norwegian (no)\n")
    assert languages().endswith("German (de), French (fr), Norwegian (no)\n")
    assert json.loads(greenroom("site", "set", "news", "--languages", "any", "--json").output)["languages"] == ["*"]
    assert languages() == covered + "all languages\n"
    held = "; held for review: German (de)\n"
    assert languages("--languages", "*,-de") == covered + "all languages" + held
    assert languages("--languages", "-de") == covered + "no other" + held
    assert languages("--languages", "") == covered + "no other\n"
    acts = [json.loads(line)["details"] for line in greenroom("audit-log", "--site", "news", "--json").output.splitlines()]
    assert {"after": {"languages": ["de", "fr", "no"]}} in acts


def test_a_site_says_where_its_pages_are_and_what_it_holds(greenroom: Callable[..., Result]) -> None:
    greenroom("site", "add", "news", "--origin", "HTTPS://News.example:443/")
    added = greenroom("site", "set", "news", "--add-origin", "https://bücher.example", "--add-origin", "http://localhost:4000")
    assert "\norigins: https://news.example, https://xn--bcher-kva.example, http://localhost:4000\n" in added.output
    words = (
        "--name",
        " The  News ",
        "--origin",
        "https://www.news.example",
        "--hold-everything",
        "--spam-waits",
        "--time-zone",
        "Europe/Berlin",
    )
    assert greenroom("site", "set", "news", *words).exit_code == 0
    policy = {"hold_everything": True, "spam_waits": True, "unread_waits": False, "time_zone": "Europe/Berlin"}
    shown = json.loads(greenroom("site", "set", "news", "--json").output)
    assert shown.items() >= {"name": "The News", "origins": ["https://www.news.example"], **policy}.items()
    assert greenroom("site", "set", "news").output.startswith("site news (The News): ")
    assert greenroom("site", "set", "news", "--name", "x" * 201).output == "Error: expected at most 200 characters\n"
    assert "holds: everything, obvious spam; time zone: Europe/Berlin" in greenroom("site", "set", "news").output
    assert json.loads(greenroom("site", "set", "news", "--no-hold-everything", "--json").output)["spam_waits"] is True
    acts = [json.loads(line) for line in greenroom("audit-log", "--site", "news", "--json").output.splitlines()]
    assert {act["event"] for act in acts} == {"site_made", "origins_set", "rules_set"}


def test_a_site_is_deleted_with_all_that_is_stored_of_it(greenroom: Callable[..., Result], tmp_path: Path) -> None:
    for name in ("news", "blog"):
        greenroom("site", "add", name, "--origin", f"https://{name}.example")
        greenroom("key", "add", name)
        (tmp_path / "words.txt").write_text("casino")
        greenroom("site", "words", name, "held_words", str(tmp_path / "words.txt"))
        with context.database().writing() as session:
            submitted(session, *(draft(f"A calm word, {n}.") for n in range(A_BATCH + 1)), site_id=name)
    counts = "201 comments, 1 articles, 0 reports of readers, 1 API keys, 0 webhooks, 0 roles of moderators"
    asked = greenroom("site", "delete", "news")
    assert (asked.exit_code, f"Delete the site news for good, with {counts}?" in asked.output) == (1, True)
    assert greenroom("site", "delete", "news", "--yes").output == f"site news is deleted, with {counts}\n"
    assert greenroom("site", "list").output == "blog  https://blog.example\n"
    with context.database().reading() as session:
        left = {
            table.name: session.scalar(select(func.count()).select_from(table).where(table.c.site_id == "news"))
            for table in Record.metadata.sorted_tables
            if "site_id" in table.c and table.name != "audit_log"
        }
        assert set(left.values()) == {0}, left
        assert session.scalar(select(func.count()).select_from(Comment).where(Comment.site_id == "blog")) == A_BATCH + 1
    assert '"site_deleted"' in greenroom("audit-log", "--site", "news", "--json").output


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("site", "set", "nowhere", "--languages", "de"), "no site 'nowhere'"),
        (("site", "set", "nowhere"), "no site 'nowhere'"),
        (
            ("site", "set", "news", "--languages", "de,German"),
            "expected codes of languages (ISO 639) such as de, fr or zh, or * for all, not 'German'",
        ),
        (
            ("site", "set", "news", "--languages", "es,-all"),
            "expected codes of languages (ISO 639) such as de, fr or zh, or * for all, not '-all'",
        ),
        (("site", "add", "News!", "--origin", "https://x.example"), "expected a site id of lower-case letters"),
        (("site", "add", "news", "--origin", "news"), "expected an origin like https://news.example"),
        (
            ("site", "set", "news", "--origin", "https://news.example/blog"),
            "leave out all but scheme, host and port: https://news.example",
        ),
        (("site", "set", "news", "--add-origin", "https://*.example"), "got 'https://*.example'; write scheme and host"),
        (("site", "delete", "nowhere", "--yes"), "no site 'nowhere'; `greenroom site list` names them"),
        (("key", "add", "nowhere"), "no site 'nowhere'; `greenroom site add` makes one"),
        (("key", "revoke", "nowhere", "0199c3f2-7c11-7d0e-a5a1-5d6f1c0a9b21"), "no live key"),
    ],
)
def test_what_does_not_fit_is_said_in_one_line(greenroom: Callable[..., Result], words: tuple[str, ...], said: str) -> None:
    if "set" in words:
        greenroom("site", "add", "news", "--origin", "https://news.example")
    result = greenroom(*words)
    assert result.exit_code == 1
    assert result.output.startswith("Error: ")
    assert said in result.output


def test_the_signing_secret_of_coral_is_stored_and_never_printed(
    greenroom: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GREENROOM_SECRET_KEY", "a secret that only the tests know, long enough")
    greenroom("site", "add", "news", "--origin", "https://news.example")
    secret = "c0" * 32
    added = greenroom("key", "coral", "news", input=f"{secret}\n")
    assert "/v1/coral/news" in added.output
    assert secret not in added.output
    [listed] = greenroom("key", "list", "news").output.splitlines()
    assert listed.split()[1:3] == ["c0c0c0c0c0…", "submit"]
    again = greenroom("key", "coral", "news", input=f"{secret}\n")
    assert (again.exit_code, "stored already" in again.output) == (1, True)
