"""Finds profane words in a folded text: plain, misspelled or disguised, and not where they are innocent."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from workers.checks.text import lexicon
from workers.checks.text.disguises import Disguise
from workers.checks.text.innocents import Innocents
from workers.checks.text.lexicon import Tier
from workers.checks.text.matcher import Entry, Hit, Matcher, Where
from workers.checks.text.misspellings import variants
from workers.checks.text.normalize import Folded
from workers.checks.text.readings import more_readings
from workers.checks.text.starred_words import unmask
from workers.checks.text.word_lists import word_list

#: Only so many finds are tested for innocence: a text with more of them is not about names.
MOST_TESTED = 100
_SUFFIXES = ("", "s", "es", "z", "ed", "er", "ers", "ing")


@dataclass(frozen=True, slots=True)
class ProfaneWords:
    """`places`: start and end in the folded text, and the entry. `innocent`: places of words that only look profane."""

    places: tuple[tuple[int, int, Entry], ...] = ()
    innocent: tuple[tuple[int, int], ...] = ()


def profane_words(
    folded: Folded, tokens: Collection[str], disguised: Iterable[Disguise], *, is_name: bool = False
) -> ProfaneWords:
    """The profane words of a text, or of the name of an author (`is_name`), from left to right. `tokens`: the folded text split at
    whitespace."""
    if not folded.text:
        return ProfaneWords()
    innocents = Innocents(folded, is_name=is_name)
    innocent: list[tuple[int, int]] = []
    hits: list[tuple[int, int, Entry]] = []
    for number, hit in enumerate(plain().find(folded.text, innocent=innocent)):
        if number < MOST_TESTED and innocents.has(hit.start, hit.end):
            innocent.append((hit.start, hit.end))
        else:
            hits.append((hit.start, hit.end, hit.entry))
    seen: dict[tuple[str, ...], Entry | None] = {}
    for disguise in (*disguised, *more_readings(folded, tokens)):
        if disguise.words not in seen:
            seen[disguise.words] = _seen_through(disguise)
        entry = seen[disguise.words]
        if entry and not (folded.text[disguise.start : disguise.end].isalpha() and innocents.has(disguise.start, disguise.end)):
            hits.append((disguise.start, disguise.end, entry))
    return ProfaneWords(tuple(_apart(hits)) if hits else (), tuple(innocent))


def read_as(word: str) -> str:
    """The word of the lexicon that a folded word is read as, wherever it stands; empty if it is read as none."""
    return next((hit.entry.read_as for hit in plain().find(word)), "")


@cache
def plain() -> Matcher:
    """The matcher for the whole lexicon, with inflections and the misspellings of strong words."""
    return Matcher(_entries())


def _entries() -> Iterator[Entry]:
    for innocent in word_list("innocent"):
        # A phrase begins and ends with its words: "en retard" does not stand in "then retard".
        yield Entry(innocent, innocent, 0, Where.WHOLE if " " in innocent else Where.ANYWHERE)
    aliases = dict(line.split("=") for line in word_list("aliases"))
    for word, tier in lexicon.lexicon().items():
        where = _where(word, tier)
        suffixes = _SUFFIXES if tier is Tier.STRONG and where is Where.GLUED else ("",)
        read_as = aliases.get(word, word)
        yield from (Entry(word + suffix, read_as, tier, where) for suffix in suffixes)
    for word in word_list("disguised"):
        yield from (Entry(spelling, word, lexicon.tier(word) or Tier.STRONG) for spelling in variants(word))


def _where(word: str, tier: Tier) -> Where:
    if word in word_list("inside"):
        return Where.ANYWHERE
    if word in word_list("compound"):
        return Where.COMPOUND
    return Where.GLUED if tier in (Tier.STRONG, Tier.COARSE) else Where.WHOLE


def _seen_through(disguise: Disguise) -> Entry | None:
    if word := unmask(disguise.masked):
        return Entry(disguise.masked, word, lexicon.tier(word) or Tier.STRONG)
    best: Entry | None = None
    # Most disguises hide nothing: one search through all readings tells that.
    for word in disguise.words if plain().has_any("\n".join(disguise.words)) else ():
        for hit in plain().find(word, inside=True):
            if _covers(hit, word) and (best is None or hit.entry.weight > best.weight):
                best = hit.entry
    return best


def _covers(hit: Hit, word: str) -> bool:
    """A strong word counts anywhere in a disguised word. A coarse or mild word counts only if it is the whole disguised word."""
    return hit.entry.weight == Tier.STRONG or hit.end - hit.start >= len(word.strip(".,!?*_-'\"")) - 1


def _apart(hits: list[tuple[int, int, Entry]]) -> list[tuple[int, int, Entry]]:
    """Remove overlaps: of two overlapping finds, the first is kept, unless the second is more severe."""
    kept: list[tuple[int, int, Entry]] = []
    last = 0
    for start, end, entry in sorted(hits, key=lambda hit: (hit[0], -hit[2].weight, hit[1])):
        if start >= last:
            kept.append((start, end, entry))
            last = end
        elif kept and entry.weight > kept[-1][2].weight:
            kept[-1] = (start, end, entry)
            last = max(last, end)
    return kept
