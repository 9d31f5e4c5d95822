"""Finds many words in a folded text in one pass (Aho-Corasick), with word boundaries and innocent words."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import compress

from ahocorasick_rs import AhoCorasick, Implementation, MatchKind

from workers.checks.text.word_lists import word_list


class Where(Enum):
    """Where in a word an entry counts."""

    WHOLE = "as a word of its own"
    GLUED = "as a word, or glued to one of the words that people glue it to"
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

    def find(self, text: str) -> list[Hit]:
        """The entries in the text that count at their place, from left to right.

        Of overlapping entries only the first is returned; of entries that start at the same place, the longest.
        """
        if self._automaton is None:
            return []
        raw = self._automaton.find_matches_as_indexes(text, overlapping=True)
        if not raw:
            return []
        entries = self._entries
        hits = [Hit(start, end, entries[at]) for at, start, end in raw if _counts(text, start, end, entries[at].where)]
        return _longest(hits) if hits else hits


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

    def hits(self, text: str) -> list[tuple[int, int, int, int]]:
        """Each place where a string occurs: the place of the string in the list, its number, and start and end in the text."""
        numbers = self.numbers
        return [
            (at, numbers[at], start, end) for at, start, end in self._automaton.find_matches_as_indexes(text, overlapping=True)
        ]


def _counts(text: str, start: int, end: int, where: Where) -> bool:
    if where is Where.ANYWHERE:
        return True
    free_left = start == 0 or not text[start - 1].isalpha()
    free_right = end == len(text) or not text[end].isalpha()
    if free_left and free_right:
        return True
    return where is Where.GLUED and _glued(text, start, end)


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
