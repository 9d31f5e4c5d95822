"""The site and key commands: add, list, rotate."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from service.cli import main
from service.commands.support import context
from service.domain.policy.language_coverage import COVERED, named


@pytest.fixture
def greenroom(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Result]]:
    """Runs a command on this test's database."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("GREENROOM_HOME", str(tmp_path))
    context.settings.cache_clear()
    context.database.cache_clear()
    yield lambda *words: CliRunner().invoke(main, words)
    context.database().close()
    context.settings.cache_clear()
    context.database.cache_clear()


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
    covered = f"site news: checks cover {named(sorted(COVERED))}; taken unseen: "
    assert greenroom("site", "set", "news").output == covered + "no other\n"
    assert greenroom("site", "set", "news", "--languages", "de,FR nb").output == (
        covered + "German (de), French (fr), Norwegian (no)\n"
    )
    assert greenroom("site", "set", "news").output.endswith("German (de), French (fr), Norwegian (no)\n")
    assert json.loads(greenroom("site", "set", "news", "--languages", "any", "--json").output)["languages"] == ["*"]
    assert greenroom("site", "set", "news").output == covered + "all languages\n"
    held = "; held for review: German (de)\n"
    assert greenroom("site", "set", "news", "--languages", "*,-de").output == covered + "all languages" + held
    assert greenroom("site", "set", "news", "--languages", "-de").output == covered + "no other" + held
    assert greenroom("site", "set", "news", "--languages", "").output == covered + "no other\n"
    acts = [json.loads(line)["details"] for line in greenroom("audit-log", "--site", "news", "--json").output.splitlines()]
    assert {"after": {"languages": ["de", "fr", "no"]}} in acts


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
        (("key", "add", "nowhere"), "no site 'nowhere'; `greenroom site add` makes one"),
        (("key", "revoke", "nowhere", "0199c3f2-7c11-7d0e-a5a1-5d6f1c0a9b21"), "no live key"),
    ],
)
def test_what_does_not_fit_is_said_in_one_line(greenroom: Callable[..., Result], words: tuple[str, ...], said: str) -> None:
    result = greenroom(*words)
    assert result.exit_code == 1
    assert result.output.startswith("Error: ")
    assert said in result.output
