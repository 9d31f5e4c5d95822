"""Deliberate misspellings of strong words, generated in advance so that matching stays one pass."""

from collections.abc import Iterator
from functools import cache

from workers.checks.text.word_lists import word_list

#: Pairs of spellings of the same sound.
_SOUNDS = tuple((sound, other) for sound, _, other in (line.partition("=") for line in word_list("sounds")))


def variants(word: str) -> Iterator[str]:
    """Misspellings of one strong word: another spelling of a sound, two letters swapped, a vowel left out, a space inside.

    They are to be matched as whole words only.
    """
    for spelling in {*_sounds(word), *_swaps(word), *_without_vowels(word)} - {word}:
        if len(spelling) > 2 and spelling not in _not_disguised():
            yield spelling
    yield from _splits(word)


@cache
def _not_disguised() -> frozenset[str]:
    return frozenset((*word_list("disguised_not"), *word_list("disguised")))


def _sounds(word: str) -> Iterator[str]:
    once = {word.replace(a, b) for a, b in _SOUNDS if a in word}
    yield from once
    if len(word) > 4:
        yield from (other.replace(a, b) for other in once for a, b in _SOUNDS[:7] if a in other)


def _swaps(word: str) -> Iterator[str]:
    if len(word) < 4:
        return
    for at in range(len(word) - 1):
        yield word[:at] + word[at + 1] + word[at] + word[at + 2 :]


def _without_vowels(word: str) -> Iterator[str]:
    bare = word[0] + "".join(char for char in word[1:] if char not in "aeiou")
    if len(bare) >= 3:
        yield bare
    for at in range(1, len(word) - 1):
        if word[at] in "aeiou" and len(word) > 4:
            yield word[:at] + word[at + 1 :]


def _splits(word: str) -> Iterator[str]:
    if len(word) < 4:
        return
    known = frozenset(word_list("parts"))
    for at in range(1, len(word)):
        left, right = word[:at], word[at:]
        if left not in known or right not in known:
            yield f"{left} {right}"
