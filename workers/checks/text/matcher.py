"""Finds many words in a folded text in one pass (Aho-Corasick), with word boundaries and innocent words."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cache
from itertools import compress

from ahocorasick_rs import AhoCorasick, Implementation, MatchKind

from workers.checks.text.word_lists import word_list


class Where(Enum):
    """Where in a word an entry counts."""

    WHOLE = "as a word of its own"
    GLUED = "as a word, or glued to one of the words that people glue it to"
    COMPOUND = "as a word, or inside a word whose other parts are words or endings"
    ANYWHERE = "also inside another word"


@dataclass(frozen=True, slots=True)
class Entry:
    """One spelling to find: the word it is read as, its weight, and where in a word it counts.

    Weight 0 marks an innocent word, which takes precedence over entries inside it.
    """

    spelling: str
    read_as: str
    weight: int
    where: Where = Where.WHOLE


@dataclass(frozen=True, slots=True)
class Hit:
    """One match: `[start, end)` in the searched text."""

    start: int
    end: int
    entry: Entry


_GLUE = frozenset(word_list("glue"))
_LONGEST_GLUE = max(map(len, _GLUE))
#: A longer word is no name: it is a sentence without blanks, as in hashtags and user names.
LONGEST_NAME = 13
#: A coarse word of this many letters is seldom a part of another word by chance.
SURELY_LETTERS = 5
#: How far the other parts of a word are read, and the longest part.
LONGEST_WORD, _LONGEST_PART = 40, 14


class Matcher:
    """A compiled set of entries. Searching takes microseconds, building milliseconds."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        by_spelling: dict[str, Entry] = {}
        for entry in entries:
            kept = by_spelling.setdefault(entry.spelling, entry)
            if entry.weight == 0 or (kept.weight and entry.weight > kept.weight):
                by_spelling[entry.spelling] = entry
        self._entries = tuple(by_spelling.values())
        self._automaton = AhoCorasick(
            list(by_spelling), matchkind=MatchKind.Standard, implementation=Implementation.DFA, store_patterns=False
        ) if by_spelling else None  # fmt: skip

    def find(self, text: str, *, inside: bool = False, innocent: list[tuple[int, int]] | None = None) -> list[Hit]:
        """The entries in the text that count at their place, from left to right.

        Of overlapping entries only the first is returned; of entries that start at the same place, the longest. `inside`: entries
        that count inside a compound count inside every word. Nobody disguises a name. `innocent` gets the places of innocent entries,
        and of those that do not count where they stand.
        """
        if self._automaton is None:
            return []
        raw = self._automaton.find_matches_as_indexes(text, overlapping=True)
        if not raw:
            return []
        entries = self._entries
        freely = (Where.ANYWHERE, Where.COMPOUND) if inside else (Where.ANYWHERE,)
        hits = [
            Hit(start, end, entry)
            for at, start, end in raw
            if (entry := entries[at]).where in freely or _counts(text, start, end, entry.where)
        ]
        if innocent is not None:
            counted = {(hit.start, hit.end) for hit in hits if hit.entry.weight}
            innocent.extend(
                (start, end)
                for at, start, end in raw
                if (entries[at].where is Where.COMPOUND or not entries[at].weight) and (start, end) not in counted
            )
        return _longest(hits) if hits else hits

    def has_any(self, text: str) -> bool:
        """Whether any entry stands in the text, wherever it is."""
        return self._automaton is not None and bool(self._automaton.find_matches_as_indexes(text, overlapping=True))


class Weighed:
    """Many short strings with a number each, all found in one pass over a text, also inside words."""

    def __init__(self, strings: Sequence[str], numbers: Sequence[int]) -> None:
        """`numbers` has one number for each string. Empty strings are left out."""
        self.numbers = list(compress(numbers, strings))
        # The compact implementation takes some megabytes of memory. The DFA that `Matcher` uses would take a hundred.
        self._automaton = AhoCorasick(filter(None, strings), implementation=Implementation.ContiguousNFA, store_patterns=False)

    def total(self, text: str) -> int:
        """The sum of the numbers of all strings that occur in a text. Each string counts once."""
        numbers = self.numbers
        return sum({at: numbers[at] for at, _, _ in self._automaton.find_matches_as_indexes(text, overlapping=True)}.values())

    def hits(self, text: str) -> list[tuple[int, int, int]]:
        """Each place where a string occurs: the place of the string in the list, and start and end in the text."""
        return self._automaton.find_matches_as_indexes(text, overlapping=True)


def _counts(text: str, start: int, end: int, where: Where) -> bool:
    free_left = start == 0 or not text[start - 1].isalpha()
    free_right = end == len(text) or not text[end].isalpha()
    if free_left and free_right:
        return True
    if where is Where.COMPOUND:
        return _is_compound(text, start, end)
    return where is Where.GLUED and (_glued(text, start, end) or _in_sentence_without_blanks(text, start, end))


def _glued(text: str, start: int, end: int) -> bool:
    left, right = start, end
    while left > 0 and start - left <= _LONGEST_GLUE and text[left - 1].isalpha():
        left -= 1
    before = text[left:start]
    if before and before not in _GLUE:
        return False
    while right < len(text) and right - end <= _LONGEST_GLUE and text[right].isalpha():
        right += 1
    after = text[end:right]
    return not after or after in _GLUE


def _in_sentence_without_blanks(text: str, start: int, end: int) -> bool:
    """Whether the word stands among whole English words, as in `#thechinkmedia`. Words of four letters stand inside too many others."""
    if end - start < SURELY_LETTERS or (text[max(0, start - LONGEST_WORD) : start].isalpha() and start >= LONGEST_WORD):
        return False
    left, right = word_around(text, start, end)
    if right - left <= LONGEST_NAME - 2:
        return False
    return _is_made_of(_words_before(), text[left:start]) and _is_made_of(_words_before(), text[end:right])


def _is_compound(text: str, start: int, end: int) -> bool:
    """Whether what stands before and after in the same word is made of words and endings. A name is not: Harshit, Bitche, Fukuda."""
    if _is_long(text[max(0, start - LONGEST_NAME) : start]) or _is_long(text[end : end + LONGEST_NAME]):
        return True
    left, right = word_around(text, start, end)
    if right - left > LONGEST_NAME:
        return True
    before, after = text[left:start].rstrip(text[start]), text[end:right].lstrip(text[end - 1])
    return _is_made_of(_words_before(), before) and (
        _is_made_of(_parts_after(), after) or _is_made_of(_parts_after(), text[end:right])
    )


def word_around(text: str, start: int, end: int) -> tuple[int, int]:
    """The place of the word around this place: at most LONGEST_WORD letters more on each side, so that no text is slow."""
    left, right = start, end
    while left > 0 and start - left <= LONGEST_WORD and text[left - 1].isalpha():
        left -= 1
    while right < len(text) and right - end <= LONGEST_WORD and text[right].isalpha():
        right += 1
    return left, right


def _is_long(piece: str) -> bool:
    return len(piece) == LONGEST_NAME and piece.isalpha()


def _is_made_of(parts: frozenset[str], piece: str) -> bool:
    reached = [True, *(False for _ in piece)]
    for at in range(1, len(piece) + 1):
        reached[at] = any(reached[start] and piece[start:at] in parts for start in range(max(0, at - _LONGEST_PART), at))
    return reached[-1]


@cache
def _words_before() -> frozenset[str]:
    words = (word for name in ("english", "strong", "coarse", "mild", "inside", "compound", "glue") for word in word_list(name))
    return frozenset((*word_list("beginnings"), *(word for word in words if len(word) > 2)))


@cache
def _parts_after() -> frozenset[str]:
    return _words_before().union(word_list("endings"))


def _longest(hits: Sequence[Hit]) -> list[Hit]:
    """Hits from left to right without overlaps. Of hits with the same start the longest is kept.

    No hit is kept that overlaps an innocent word.
    """
    innocent = sorted((hit.start, hit.end) for hit in hits if not hit.entry.weight)
    kept: list[Hit] = []
    last = at = 0
    for hit in sorted(hits, key=lambda h: (h.start, -h.end, -h.entry.weight)):
        if not hit.entry.weight or hit.start < last:
            continue
        while at < len(innocent) and innocent[at][1] <= hit.start:
            at += 1
        if at == len(innocent) or innocent[at][0] >= hit.end:
            kept.append(hit)
            last = hit.end
    return kept
