"""Splits a folded text into words, and words into the pieces that the transformer knows (WordPiece, as BERT does)."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache

CLS, SEP, UNKNOWN = "[CLS]", "[SEP]", "[UNK]"
#: A longer word becomes one unknown piece, as in BERT.
LONGEST = 100
#: The number of words whose pieces are remembered. Bounded, so that no text can fill the memory.
REMEMBERED = 20_000
#: An address, an @name, a run of letters and digits, or one sign. The rest of a text is blanks.
_UNIT = re.compile(r"https?://\S+|www\.\S+|@\w+|[^\W_]+|\S")


@dataclass(frozen=True, slots=True)
class Word:
    """One word or sign of a text, at `[start, end)`, with its pieces as numbers of the vocabulary."""

    start: int
    end: int
    pieces: tuple[int, ...]


@dataclass(slots=True)
class WordPiece:
    """A vocabulary of pieces, one a line as BERT's `vocab.txt`. A piece that begins with `##` continues a word."""

    numbers: dict[str, int]
    _remembered: dict[str, tuple[int, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, pieces: Sequence[str]) -> "WordPiece":
        return cls({piece: number for number, piece in enumerate(pieces)})

    def words(self, folded: str) -> list[Word]:
        """The words and signs of a folded text. An address reads as "link", an @name as "user", an emoji as its name."""
        return [Word(start, end, self._pieces(read_as)) for start, end, read_as in _units(folded)]

    def _pieces(self, read_as: str) -> tuple[int, ...]:
        pieces = self._remembered.get(read_as)
        if pieces is None:
            pieces = tuple(number for word in read_as.split() for number in self._split(word))
            if len(self._remembered) < REMEMBERED:
                self._remembered[read_as] = pieces
        return pieces

    def _split(self, word: str) -> list[int]:
        """The longest piece that fits, again and again from the left."""
        numbers, pieces, at = self.numbers, [], 0
        if len(word) > LONGEST:
            return [numbers[UNKNOWN]]
        while at < len(word):
            end, prefix = len(word), "##" if at else ""
            while end > at and prefix + word[at:end] not in numbers:
                end -= 1
            if end == at:
                return [numbers[UNKNOWN]]
            pieces.append(numbers[prefix + word[at:end]])
            at = end
        return pieces


def _units(folded: str) -> Iterator[tuple[int, int, str]]:
    for found in _UNIT.finditer(folded):
        unit = found[0]
        if unit[0] == "@" and len(unit) > 1:
            yield found.start(), found.end(), "user"
        elif unit.startswith(("http://", "https://", "www.")):
            yield found.start(), found.end(), "link"
        elif unit.isascii():
            yield found.start(), found.end(), unit
        else:
            yield from _unusual(found.start(), unit)


def _unusual(start: int, unit: str) -> Iterator[tuple[int, int, str]]:
    """A unit with letters or signs outside ASCII. Han characters stand alone, as in BERT."""
    at = 0
    for place, char in enumerate(unit):
        if _stands_alone(char):
            if at < place:
                yield start + at, start + place, unit[at:place]
            yield start + place, start + place + 1, _name_of(char)
            at = place + 1
    if at < len(unit):
        yield start + at, start + len(unit), unit[at:]


def _stands_alone(char: str) -> bool:
    return char >= "\u2190" and (unicodedata.category(char) == "So" or "\u3400" <= char <= "\u9fff")


@cache
def _name_of(char: str) -> str:
    """The name of an emoji ("clown face"); another sign is itself."""
    if unicodedata.category(char) != "So":
        return char
    return re.sub(r"[^a-z ]+", " ", unicodedata.name(char, "").lower()).replace(" sign", "").strip() or char
