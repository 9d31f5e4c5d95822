"""The profane words and their tiers: better-profanity's word list, sorted into tiers, with our additions.

The list is read from the installed package. It holds everyday words too (god, kill, gay, pot), so a word that is in none of
our tiers is allowed. Words for a person's identity (gay, queer, lesbian, transsexual) are never profanity.
"""

from enum import IntEnum
from functools import cache
from importlib.resources import files

from workers.checks.text.word_lists import word_list


class Tier(IntEnum):
    """How severe a word is. An ALLOWED word is innocent but contains a profane word. The innocent reading takes precedence."""

    ALLOWED = 0
    MILD = 1
    COARSE = 2
    STRONG = 3


@cache
def package_words() -> tuple[str, ...]:
    """The word list of the installed better-profanity package, in lower case."""
    lines = files("better_profanity").joinpath("profanity_wordlist.txt").read_text(encoding="utf-8").splitlines()
    return tuple(sorted({line.strip().lower() for line in lines if line.strip()}))


@cache
def lexicon() -> dict[str, Tier]:
    """Every word and phrase that is not allowed, with its tier."""
    tiers, stems = _ours(), (*word_list("inside"), *word_list("compound"))
    return tiers | {word: Tier.STRONG for word in package_words() if word not in tiers and any(stem in word for stem in stems)}


def tier(word: str) -> Tier:
    """The tier of one word of the lexicon."""
    return lexicon().get(word, Tier.ALLOWED)


@cache
def _ours() -> dict[str, Tier]:
    return {
        **dict.fromkeys(word_list("mild"), Tier.MILD),
        **dict.fromkeys((*word_list("strong"), *word_list("inside"), *word_list("compound")), Tier.STRONG),
        **dict.fromkeys(word_list("coarse"), Tier.COARSE),
    }
