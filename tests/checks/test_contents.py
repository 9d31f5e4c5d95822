"""The list of checks is complete, its word lists are tidy, and other packages can add to it."""

from pathlib import Path

import pytest

from service.domain.reading import Reading
from service.domain.signals import Kind, Signal
from workers import checks
from workers.checks import lexicon, running
from workers.checks.lexicon import Tier
from workers.checks.listed import listed

FOLDER = Path(checks.__file__).parent
LISTS = sorted(path.stem for path in (FOLDER / "words").glob("*.txt"))


def test_every_file_with_a_check_is_in_the_list():
    files = {path.stem for path in FOLDER.glob("*.py") if "\ndef check(prepared" in path.read_text(encoding="utf-8")}
    assert files == set(checks.CHECKS)


@pytest.mark.parametrize("name", LISTS)
def test_a_word_list_says_nothing_twice(name):
    words = listed(name)
    assert words
    assert len(set(words)) == len(words)
    assert all(word == word.strip() == word.lower() for word in words)


def test_a_word_has_one_tier():
    assert not set(listed("strong")) & set(listed("mild"))
    assert not set(listed("coarse")) & set(listed("mild"))


def test_the_packages_own_list_is_read_and_everyday_words_of_it_are_allowed():
    assert len(lexicon.package_words()) > 800
    assert lexicon.tier("motherfucker") is Tier.STRONG
    for word in ("god", "gay", "kill", "lesbians", "pot", "sex", "stupid", "drunk", "nazi", "ugly"):
        assert word in lexicon.package_words()
        assert lexicon.tier(word) is Tier.ALLOWED


class Point:
    """An entry point as another package would have installed it."""

    def __init__(self, name, check):
        self.name, self._check = name, check

    def load(self):
        if isinstance(self._check, Exception):
            raise self._check
        return self._check


def test_other_packages_add_checks_and_a_broken_one_says_so(monkeypatch):
    def theirs(prepared):
        yield Signal(Kind.SITE_RULE, 0.7, "theirs", check="theirs")

    points = [Point("theirs", theirs), Point("broken", ImportError("gone"))]
    monkeypatch.setattr(running, "entry_points", lambda group: points)
    running.plugged_in.cache_clear()
    try:
        found = {s.check: s.kind for s in running.run(Reading("hello"), {})}
    finally:
        running.plugged_in.cache_clear()
    assert found == {"theirs": Kind.SITE_RULE, "broken": Kind.CHECK_FAILED}
