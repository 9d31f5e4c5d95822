"""Words that are innocent where they stand, although they read like coarse ones: names of people and places, Latin names of species,
words of another language, and words with an everyday sense beside the coarse one."""

import re
import unicodedata
from functools import cache
from typing import NamedTuple

from service.domain.text.language import language_of_words, words_of
from workers.checks.text.matcher import LONGEST_NAME, word_around
from workers.checks.text.normalize import Folded
from workers.checks.text.word_lists import word_list

#: How many characters before and after a word are read to learn its sense, or the language of the text.
NEAR, AROUND = 60, 300
#: Stands for all languages in a list: a word of science or law, which they all borrow. It is innocent if one of them is sure.
ANY = "*"
_WORD_BEFORE = re.compile(r"([^\W\d_]+\.?)[\s'’\"“(-]*$")
_WORD_AFTER = re.compile(r"[\s'’-]*([^\W\d_]+)")
_SENTENCE_END = re.compile(r"(?:[.!?…:;]['\"”)]*\s+|\n\s*|^\s*)$")
#: Handles, addresses and numbers are words of no language.
_NO_WORD = re.compile(r"\S*[@#_/\d]\S*")
#: Endings of Latin names of species.
_LATIN = re.compile(r"[a-z]{2,}(?:us|ensis|ens|is|um|ae|i|ans|or|ax|ops)")
_TITLES = frozenset(
    [
        "mr",
        "mrs",
        "ms",
        "miss",
        "dr",
        "prof",
        "sir",
        "lady",
        "lord",
        "senator",
        "president",
        "minister",
        "mayor",
        "judge",
        "captain",
        "coach",
        "professor",
        "doctor",
        "saint",
        "st",
        "van",
        "von",
        "de",
        "da",
        "di",
        "del",
        "la",
        "le",
        "du",
        "al",
        "el",
        "bin",
        "ben",
        "ibn",
        "in",
        "of",
        "near",
        "at",
        "from",
        "to",
        "by",
        "with",
        "via",
        "through",
        "around",
        "towards",
        "between",
        "and",
    ]
)
_NOT_BEFORE_NAMES = frozenset(
    [
        "a",
        "an",
        "the",
        "you",
        "your",
        "this",
        "that",
        "these",
        "those",
        "all",
        "such",
        "stupid",
        "fucking",
        "dirty",
        "little",
        "dumb",
        "ugly",
        "fat",
        "damn",
        "bloody",
        "another",
        "some",
        "any",
        "every",
        "no",
        "what",
        "same",
        "big",
        "old",
        "real",
        "total",
        "absolute",
        "filthy",
    ]
)


class Innocents:
    """The innocents of one text. `is_name`: the text is the name of an author."""

    def __init__(self, folded: Folded, *, is_name: bool = False) -> None:
        self._folded, self._is_alone_a_name = folded, is_name
        self._words: tuple[str, ...] | None = None

    def has(self, start: int, end: int) -> bool:
        """Whether the word of the folded text with this place in it is innocent."""
        text = self._folded.text
        start, end = word_around(text, start, end)
        word = text[start:end]
        first, last = self._folded.whence(start, end)
        written = self._folded.original[first:last]
        return (
            (not written.isascii() and unicodedata.normalize("NFC", written).lower() in _accented())
            or self._has_sense(word, start, end)
            or self._is_of_language(word)
            or self._is_species(word, start, end)
            or (word in _names() and self._is_name(word, written, first, last))
        )

    def _has_sense(self, word: str, start: int, end: int) -> bool:
        sense = _senses().get(word)
        if not sense:
            return False
        text = self._folded.text
        near = words_of(text[max(0, start - NEAR) : start]) + words_of(text[end : end + NEAR])
        return any(each in sense.words or each.startswith(sense.beginnings) for each in near)

    def _is_of_language(self, word: str) -> bool:
        languages = _languages_of().get(word)
        if not languages and len(word) <= LONGEST_NAME:
            return False
        others = [each for each in self._first_words() if each != word]
        if len(_common().intersection(others)) * 2 > len(others):
            return False
        guess = language_of_words(others)
        if not guess.languages or guess.languages[0] == "en":
            return False
        if languages and ANY in languages and guess.sure:
            return True
        # Words of this length are compounds of a language that writes them in one (sammenslutning), or sentences without blanks.
        return not languages or not languages.isdisjoint(guess.languages)

    def _first_words(self) -> tuple[str, ...]:
        if self._words is None:
            text = self._folded.text[:AROUND] if self._folded.original.isascii() else self._shown()
            self._words = tuple(set(words_of(_NO_WORD.sub(" ", text))))
        return self._words

    def _shown(self) -> str:
        return self._folded.original[:AROUND].lower()

    def _is_species(self, word: str, start: int, end: int) -> bool:
        """`Aspergillus niger`, `Turdus merula`: two Latin words, the first with a capital."""
        if word not in _latin():
            return False
        text, original = self._folded.text, self._folded.original
        before, after = _WORD_BEFORE.search(text, max(0, start - NEAR), start), _WORD_AFTER.match(text, end)
        if before and _looks_latin(before[1]) and original[self._folded.whence(before.start(1), before.end(1))[0]].isupper():
            return True
        return bool(after and _looks_latin(after[1]) and original[self._folded.whence(start, end)[0]].isupper())

    def _is_name(self, word: str, written: str, first: int, last: int) -> bool:
        if not written[0].isupper():
            return False
        original = self._folded.original
        if written.isupper() and original.isupper():
            return False
        if word in _places():
            return True
        before = _WORD_BEFORE.search(original, max(0, first - NEAR), first)
        after = _WORD_AFTER.match(original, last)
        if after and _is_name_like(after[1]):
            return True
        if before is None or _SENTENCE_END.search(original, max(0, first - NEAR), first):
            return self._is_alone_a_name
        word_before = before[1].lower().rstrip(".")
        return word_before not in _NOT_BEFORE_NAMES and (
            word_before in _TITLES or _is_name_like(before[1]) or (written[1:].islower() and original[first - 1 : first] == " ")
        )


def _looks_latin(word: str) -> bool:
    return _LATIN.fullmatch(word) is not None and word not in _common()


def _is_name_like(word: str) -> bool:
    return word[0].isupper() and word[1:].islower() and word.lower() not in _common()


@cache
def _common() -> frozenset[str]:
    return frozenset(word_list("english"))


class _Sense(NamedTuple):
    """The words, and the beginnings of words, near which a word has its everyday sense."""

    words: frozenset[str]
    beginnings: tuple[str, ...]


@cache
def _senses() -> dict[str, _Sense]:
    senses = {}
    for line in word_list("senses"):
        word, _, near = line.partition("=")
        beginnings = tuple(each.removesuffix("*") for each in near.split() if each.endswith("*"))
        senses[word] = _Sense(frozenset(each for each in near.split() if not each.endswith("*")), beginnings)
    return senses


@cache
def _languages_of() -> dict[str, frozenset[str]]:
    languages: dict[str, frozenset[str]] = {}
    for line in (*word_list("of_languages"), *word_list("of_languages_by_hand")):
        word, _, codes = line.partition("=")
        languages[word] = languages.get(word, frozenset()).union(codes.split())
    return languages


def innocent_languages(word: str) -> frozenset[str]:
    """The languages in which a folded word is an ordinary one."""
    return _languages_of().get(word, frozenset())


@cache
def _accented() -> frozenset[str]:
    return frozenset(word_list("accented"))


@cache
def _names() -> frozenset[str]:
    return frozenset((*word_list("names"), *word_list("given_names"))) | _places()


@cache
def _places() -> frozenset[str]:
    return frozenset(word_list("places"))


@cache
def _latin() -> frozenset[str]:
    return frozenset(word_list("latin"))
