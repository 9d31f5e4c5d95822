"""Each word of better-profanity's list stands in a tier, is read as a word of a tier, or is an everyday word for a reason."""

from workers.checks import profanity
from workers.checks.text.lexicon import lexicon, package_words
from workers.checks.text.normalize import fold
from workers.checks.text.word_lists import word_list


def test_no_word_of_the_package_is_in_neither() -> None:
    everyday = frozenset(word_list("everyday"))
    unexplained = [
        word for word in package_words() if word not in lexicon() and word not in everyday and not profanity.finds(fold(word))
    ]
    assert unexplained == []


def test_an_everyday_word_is_in_no_tier_and_comes_from_the_package() -> None:
    everyday = frozenset(word_list("everyday"))
    assert everyday.isdisjoint(lexicon())
    assert everyday <= set(package_words())
