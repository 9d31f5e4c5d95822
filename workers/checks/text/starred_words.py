"""Finds the strong word that a masked word (`f*ck`, `b****`, `sh%t`) stands for."""

from collections import defaultdict
from functools import cache

from workers.checks.text.word_lists import word_list

#: Words that consist almost only of stars, each with the strong word that it stands for.
_MOSTLY_STARS = dict(line.split("=") for line in word_list("stars"))


def unmask(masked: str) -> str:
    """The strong word that `masked` stands for (each `*` is one letter), or an empty string."""
    for part in (masked, *masked.split(".")[-1:]):
        if "*" in part and (word := _meant(part)):
            return word
    return ""


def _meant(core: str) -> str:
    if core in _MOSTLY_STARS:
        return _MOSTLY_STARS[core]
    known = len(core) - core.count("*")
    if len(core) < 4 or known < 2 or (core[0] == "*" and len(core) < 5):
        return ""
    exact = next((word for word in _by_length().get(len(core), ()) if _fits(word, core)), "")
    if exact and (known * 2 >= len(core) or "*" not in (core[0], core[-1])):
        return exact
    return _loosely(core)


def _loosely(core: str) -> str:
    """A match that ignores the number of stars: people seldom count several stars in a row (`f****ing`)."""
    before, stars, after = core.partition("**")
    after = after.lstrip("*")
    if not stars or not before or not after or "*" in after or len(before) + len(after) < 3:
        return ""
    begun = (word for word in word_list("disguised") if word.startswith(before) and word.endswith(after))
    return next((word for word in begun if abs(len(word) - len(core)) <= 2 and len(word) > len(before) + len(after)), "")


def _fits(word: str, masked: str) -> bool:
    return all(seen in ("*", letter) for seen, letter in zip(masked, word, strict=True))


@cache
def _by_length() -> dict[int, tuple[str, ...]]:
    lengths: defaultdict[int, list[str]] = defaultdict(list)
    for word in (*word_list("disguised"), *word_list("drawn")):
        lengths[len(word)].append(word)
    return {length: tuple(words) for length, words in lengths.items()}
