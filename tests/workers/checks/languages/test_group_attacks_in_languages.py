"""Attacks on groups are held in each language; what is denied, reported, about things or about one person is not."""

from pathlib import Path

import pytest

from service.domain.policy.check_input import CheckInput
from service.domain.policy.signals import Signal
from workers.checks import group_attacks
from workers.checks.languages.attack_grammar import LANGUAGES, attack_grammar
from workers.checks.languages.told import ENGLISH, Told
from workers.checks.prepared import Prepared

SENTENCES = Path(__file__).parent / "group_attacks"
OTHERS = [code for code in LANGUAGES if code != ENGLISH]


def sentences(language: str, mark: str) -> list[str]:
    """The lines with this mark, each with each group of the language."""
    lines = (SENTENCES / f"{language}.txt").read_text(encoding="utf-8").splitlines()
    groups = [line[2:] for line in lines if line.startswith("@")]
    return sorted({line[2:].replace("{}", group) for line in lines if line.startswith(mark) for group in groups})


def found(text: str, language: str) -> list[Signal]:
    prepared = Prepared.of(CheckInput(text))
    return list(group_attacks.check(prepared)) if language in group_attacks.languages_of(prepared.told) else []


@pytest.mark.parametrize("language", OTHERS)
def test_an_attack_on_a_group_is_found_with_its_words(language: str) -> None:
    for text in sentences(language, "+"):
        signals = found(text, language)
        assert signals, text
        assert all(text[span.start : span.end] == span.text for span in signals[0].spans)


@pytest.mark.parametrize("language", OTHERS)
def test_a_harmless_sentence_about_the_same_groups_is_not(language: str) -> None:
    for text in sentences(language, "-"):
        assert not found(text, language), text


@pytest.mark.parametrize("language", OTHERS)
def test_other_people_and_things_are_no_group(language: str) -> None:
    for text in sentences(language, "!"):
        assert not found(text, language), text


def test_roman_urdu_is_read_with_the_words_of_roman_hindi() -> None:
    text = "yeh pathan ghaddar hain aur in ka koi bharosa nahi hy, mulk se nikalo inko, nahi tou mulk tabah ho jaye ga"
    assert Told.of(text).language == "ur-Latn"
    assert found(text, "hi-Latn")


def test_only_patterns_whose_words_a_sentence_has_are_tried() -> None:
    grammar = attack_grammar(ENGLISH)
    assert not list(grammar.patterns_for(["group", "be", "fill", "any"]))
    assert any(pattern.search("start group be vile ") for pattern in grammar.patterns_for(["group", "be", "vile"]))
