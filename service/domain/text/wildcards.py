"""Wildcards: match words against globs, in which `*` stands for any letters, without a regular expression that could hang."""

import re
from collections.abc import Iterator, Sequence
from functools import cache

from service.domain.text.comparable import is_unspaced, marks

LONGEST_WORD = 80


def parts_of(entry: str) -> tuple[str, ...]:
    """The globs of an entry in comparable form, one for each word. All other signs only part words, in the entry as in the text.
    In scripts without blanks an entry may stand inside a run of letters."""
    parts = tuple(_pattern(r"|\*").findall(entry))
    return parts if entry.isascii() else tuple(f"*{part}*" if any(map(is_unspaced, part)) else part for part in parts)


def word_pattern() -> re.Pattern[str]:
    """A word: letters with their marks, digits, and an apostrophe inside."""
    return _pattern("")


@cache
def _pattern(wildcard: str) -> re.Pattern[str]:
    # The class of all marks is slow, so it is tried on no ASCII character.
    letter = rf"(?:[^\W_]{wildcard}|(?![\x00-\x7f])[{re.escape(marks())}])"
    return re.compile(f"{letter}+(?:'{letter}+)?")


def found_at(words: Sequence[str], globs: Sequence[str]) -> Iterator[int]:
    """Every index at which consecutive words match the globs."""
    first, rest = globs[0].partition("*")[0], globs[1:]
    for at in range(len(words) - len(rest)):
        if not words[at].startswith(first) or not fits(globs[0], words[at]):
            continue
        if not rest or all(fits(glob, words[at + i]) for i, glob in enumerate(rest, 1)):
            yield at


def fits(glob: str, word: str) -> bool:
    """Whether a word matches a glob. Each piece is searched once, so the time is linear."""
    if len(word) > LONGEST_WORD:
        return False
    first, *middle, last = glob.split("*") if "*" in glob else (glob, None)
    if last is None:
        return word == first
    if not word.startswith(first) or not word.endswith(last) or len(word) < len(first) + len(last):
        return False
    place = len(first)
    for piece in middle:
        place = word.find(piece, place, len(word) - len(last))
        if place < 0:
            return False
        place += len(piece)
    return True
