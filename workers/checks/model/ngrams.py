"""What the models read of a text: pieces of its words, its words, and which words stand together."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from workers.checks.text.characters import DIGITS, apart, count
from workers.checks.text.matcher import Entry, Matcher, Where
from workers.checks.text.normalize import Folded
from workers.checks.text.word_lists import word_list

#: Beginning and end of a long text are read; what is left out cannot make a comment slow.
HEAD, TAIL = 1_000, 200
#: Pieces have so many characters. They stop at the edge of a word: one across two words is an accident of both ("harbour was"
#: has a piece of "your website"), and words that stand together say the rest.
PIECE = 4
#: Addresses whose words and pieces are read, and characters of each.
ADDRESSES, ADDRESS = 8, 80
#: No text has more features: a word of n letters gives n - 1 pieces, itself, a pair and a phrase; and its addresses and shape.
MOST = (HEAD + TAIL) * 3 // 2 + 100 + ADDRESSES * (ADDRESS + 20)
_ADDRESS = re.compile(r"(?:h[tx]{2}ps?:?//|www\.)\S+")
_WORDS = re.compile(r"[^\W_]+(?:'[a-z]+)?")
#: An apostrophe that belongs to no word; and what follows one in a word and is a word of its own.
_LOOSE, _ENTANGLED = re.compile(r"'(?![a-z])|(?<![a-z0-9])'"), re.compile(r"'[a-z]+['0-9]")
_NUMBER = re.compile(r"[0-9]+")


@dataclass(frozen=True, slots=True)
class Tokens:
    """A text as the models read it: its words in order, and the different chunks between spaces. Addresses and numbers are blanked."""

    words: list[str]
    chunks: set[str]

    def line(self) -> str:
        """All words in order, as `as_phrases` has them: what it makes of a word, pair or phrase stands in here if that was said."""
        return f"^ {' '.join(self.words)} $"

    def chunked(self) -> str:
        """All chunks, each between blanks: their pieces stand in here, and no other pieces do."""
        return f" {' '.join(self.chunks)} "

    def pieces(self) -> set[str]:
        """The pieces of all chunks."""
        found: set[str] = set()
        found.update(*map(pieces_of, self.chunks))
        return found

    def pairs(self) -> set[str]:
        """Words, and two in a row."""
        found = {"_" + word for word in self.words}
        found.update(map(" ".join, pairwise(self.words)))
        return found

    def phrases(self) -> set[str]:
        """Three words in a row, and how the text begins and ends."""
        words = self.words
        found = set(map(" ".join, zip(words, words[1:], words[2:], strict=False)))
        if words:
            found.update((f"^{words[0]}", f"{words[-1]}$"))
        return found


def tokenize(folded: Folded, tokens: set[str] | None = None) -> Tokens:
    """The words and pieces of a folded text. `tokens`: what stands between its blanks."""
    text = _shortened(folded.text)
    if "//" in text or "www." in text:
        text = _ADDRESS.sub(" § ", text)
    for hit in _innocent().find(text):
        text = text[: hit.start] + " " * (hit.end - hit.start) + text[hit.end :]
    if count(text, DIGITS):
        text = _NUMBER.sub("0", text)
    return Tokens(_words(text), tokens if tokens is not None and text is folded.text else set(text.split()))


def _words(text: str) -> list[str]:
    """What `_WORDS` finds. In a text of ASCII it need only be asked where apostrophes stand one behind the other."""
    if not text.isascii():
        return _WORDS.findall(text)
    if "'" in text:
        if _ENTANGLED.search(text):
            return _WORDS.findall(text)
        text = _LOOSE.sub(" ", text)
    return apart(text)


def of_addresses(folded: Folded) -> set[str]:
    """The words and pieces of written-out addresses, apart from those of the text."""
    text = _shortened(folded.text)
    if "//" not in text and "www." not in text:
        return set()
    found: set[str] = set()
    for address in _ADDRESS.findall(text)[:ADDRESSES]:
        plain = _NUMBER.sub("0", address[:ADDRESS])
        found.update(["@" + word for word in _WORDS.findall(plain)[:12]])
        found.update(["@" + plain[at : at + PIECE] for at in range(len(plain) - PIECE + 1)])
    return found


def as_phrases(features: Iterable[str]) -> list[str]:
    """How words, pairs and phrases stand in the `line` of a text that has them; empty for any other feature."""
    return [f" {each} " if " " in each[1:-1] and each[0] not in "#@" else _as_word(each) for each in features]


def _as_word(feature: str) -> str:
    if feature[0] == "_":
        return f" {feature[1:]} "
    if feature[0] == "^":
        return f"^ {feature[1:]} "
    return f" {feature[:-1]} $" if feature[-1] == "$" else ""


def as_pieces(features: Iterable[str]) -> list[str]:
    """How pieces stand in what is `chunked`; empty for what is none. Some that are read like something else, too: `_abc` is a
    word as well."""
    return [feature if len(feature) == PIECE and " " not in feature[1:-1] else "" for feature in features]


def words_of(text: str) -> list[str]:
    """The words of a short text in small letters, such as a website's address."""
    return _WORDS.findall(text.lower())


def pieces_of(chunk: str) -> list[str]:
    """The pieces of one chunk and its edges."""
    padded = f" {chunk} "
    return [padded[at : at + PIECE] for at in range(len(padded) - PIECE + 1)]


@cache
def _innocent() -> Matcher:
    """Names and phrases that only sound bad (Dick Cheney, great tits): the models are not shown them."""
    return Matcher(Entry(phrase, phrase, 1, Where.WHOLE) for phrase in word_list("innocent") if " " in phrase)


def _shortened(text: str) -> str:
    return text if len(text) <= HEAD + TAIL else f"{text[:HEAD]} {text[-TAIL:]}"
