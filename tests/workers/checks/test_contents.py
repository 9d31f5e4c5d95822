"""The list of checks is complete, its word lists are tidy, and other packages can add checks."""

import math
from pathlib import Path

import pytest

from service.domain.policy.check_input import CheckInput
from service.domain.policy.judge import PolicyLimits, judge
from service.domain.policy.signals import Kind, Signal, Span
from service.domain.states import State
from workers import checks
from workers.checks import run
from workers.checks.text import lexicon
from workers.checks.text.lexicon import Tier
from workers.checks.text.word_lists import word_list

FOLDER = Path(checks.__file__).parent
LISTS = sorted(path.stem for path in (FOLDER / "words").glob("*.txt"))


def test_every_file_with_a_check_is_in_the_list():
    files = {path.stem for path in FOLDER.glob("*.py") if "\ndef check(prepared" in path.read_text(encoding="utf-8")}
    assert files == set(checks.CHECKS)


@pytest.mark.parametrize("name", LISTS)
def test_a_word_list_says_nothing_twice(name):
    words = word_list(name)
    assert words
    assert len(set(words)) == len(words)
    assert all(word == word.strip() for word in words)
    # What follows the word may be the codes of languages, such as hi-Latn.
    assert all((entry := word.partition("=")[0]) == entry.lower() for word in words)


def test_a_word_has_one_tier():
    assert not set(word_list("strong")) & set(word_list("mild"))
    assert not set(word_list("coarse")) & set(word_list("mild"))


def test_the_packages_own_list_is_read_and_everyday_words_of_it_are_allowed():
    assert len(lexicon.package_words()) > 800
    assert lexicon.tier("motherfucker") is Tier.STRONG
    for word in ("god", "gay", "kill", "lesbians", "pot", "sex", "stupid", "drunk", "nazi", "ugly"):
        assert word in lexicon.package_words()
        assert lexicon.tier(word) is Tier.ALLOWED


class Point:
    """An entry point, as another package would install it."""

    def __init__(self, name, check):
        self.name, self._check = name, check

    def load(self):
        if isinstance(self._check, Exception):
            raise self._check
        return self._check


def _said_by(monkeypatch, **checks):
    """The signals if other packages have added these checks."""
    monkeypatch.setattr(run, "entry_points", lambda group: [Point(name, check) for name, check in checks.items()])
    run.plugged_in.cache_clear()
    try:
        return run.run(CheckInput("hello"), {})
    finally:
        run.plugged_in.cache_clear()


def test_other_packages_add_checks_and_a_broken_one_says_so(monkeypatch):
    def theirs(prepared):
        yield Signal(Kind.SITE_RULE, 0.7, "theirs", check="theirs")

    found = {s.check: s.kind for s in _said_by(monkeypatch, theirs=theirs, broken=ImportError("gone"))}
    assert found == {"theirs": Kind.SITE_RULE, "broken": Kind.CHECK_FAILED}


def test_what_other_packages_say_can_be_kept_and_a_score_that_is_no_number_holds(monkeypatch):
    """No comparison with NaN is true, so nothing would hold the comment. And PostgreSQL's JSON can hold neither NaN nor NUL."""

    def odd(prepared):
        yield Signal(Kind.SITE_RULE, 7.0, "a\0b\ud800", (Span(0, 1, "\0", "\udfff"),))

    def no_number(prepared):
        yield Signal(Kind.SITE_RULE, math.nan, "theirs")

    kept, failed = _said_by(monkeypatch, no_number=no_number, odd=odd)[::-1]
    assert kept == Signal(Kind.SITE_RULE, 1.0, "a b ", (Span(0, 1, " ", "?"),), check="odd")
    assert failed.kind is Kind.CHECK_FAILED
    assert judge([failed], PolicyLimits()).state is State.HELD
