"""The text features of the models: character n-grams (pieces), words, pairs and triples of words."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from workers.checks.text.characters import apart, spaced
from workers.checks.text.matcher import Entry, Matcher, Where, word_around
from workers.checks.text.normalize import Folded
from workers.checks.text.word_lists import word_list

#: Of a long text only the beginning and the end are read, so that a long comment is not slow.
HEAD, TAIL = 1_000, 200
#: The length of a piece in characters. Pieces do not cross word boundaries: a piece across two words says little ("harbour was"
#: and "your website" share one), and pairs of words are features too.
PIECE = 4
#: ADDRESSES: maximum number of URLs that are read. ADDRESS: maximum number of characters of each URL.
ADDRESSES, ADDRESS = 8, 80
#: Maximum number of features of a text. A word of n letters gives n - 1 pieces, the word itself, a pair and a phrase. URLs and
#: style features are added to that.
MOST = (HEAD + TAIL) * 3 // 2 + 100 + ADDRESSES * (ADDRESS + 20)
#: Maximum number of words that are hidden from the models.
MOST_HIDDEN = 50
_ADDRESS = re.compile(r"(?:h[tx]{2}ps?:?//|www\.)\S+")
_WORDS = re.compile(r"[^\W_]+(?:'[a-z]+)?")
#: A word that two apostrophes, or an apostrophe and a digit, cut into several words.
_ENTANGLED = re.compile(r"'[a-z]*['0-9]")
_NUMBER = re.compile(r"[0-9]+")


@dataclass(frozen=True, slots=True)
class Tokens:
    """A text as the models read it: its words in order, and the distinct chunks between spaces. URLs and numbers are replaced."""

    words: list[str]
    chunks: set[str]

    def line(self) -> str:
        """All words in order. The text has a word, pair or phrase if this line contains its string from `as_phrases`."""
        return f"^ {' '.join(self.words)} $"

    def chunked(self) -> str:
        """All chunks, separated by spaces. A piece occurs in this string only if a chunk has it."""
        return f" {' '.join(self.chunks)} "

    def pieces(self) -> set[str]:
        """The pieces of all chunks."""
        found: set[str] = set()
        found.update(*map(pieces_of, self.chunks))
        return found

    def pairs(self) -> set[str]:
        """Words and pairs of words."""
        found = {"_" + word for word in self.words}
        found.update(map(" ".join, pairwise(self.words)))
        return found

    def phrases(self) -> set[str]:
        """Triples of words, and the first and last word."""
        words = self.words
        found = set(map(" ".join, zip(words, words[1:], words[2:], strict=False)))
        if words:
            found.update((f"^{words[0]}", f"{words[-1]}$"))
        return found


def tokenize(folded: Folded, tokens: set[str], *, digits: int, hidden: Sequence[tuple[int, int]] = ()) -> Tokens:
    """The words and chunks of a folded text. `tokens`: the text split at whitespace. `digits`: how many it has. `hidden`: places of
    words that the models must not read, since they only look coarse (Harshit, Bitche)."""
    text = _shortened(_without(folded.text, hidden) if hidden else folded.text)
    if "//" in text or "www." in text:
        text = _ADDRESS.sub(" § ", text)
    # A phrase of `_innocent` is among the hidden places, too. Only a text that was changed may have more of them.
    for hit in _innocent().find(text) if text is not folded.text else ():
        text = text[: hit.start] + " " * (hit.end - hit.start) + text[hit.end :]
    if digits:
        text = _NUMBER.sub("0", text)
    return Tokens(_split(text), tokens if text is folded.text else set(text.split()))


def _without(text: str, hidden: Sequence[tuple[int, int]]) -> str:
    """The text with blanks for the words at these places."""
    for start, end in hidden[:MOST_HIDDEN]:
        start, end = word_around(text, start, end)
        text = text[:start] + " " * (end - start) + text[end:]
    return text


def _split(text: str) -> list[str]:
    """The same as `_WORDS.findall`, but faster for ASCII: the regular expression runs only for words with several apostrophes."""
    if not text.isascii() or "''" in text:
        return _WORDS.findall(text)
    if "'" not in text:
        return apart(text)
    line = f" {spaced(text)} ".replace("' ", " ").replace(" '", " ")
    return _WORDS.findall(text) if _ENTANGLED.search(line) else line.split()


def of_addresses(folded: Folded) -> set[str]:
    """The words and pieces of URLs, prefixed with `@` to keep them apart from those of the text."""
    text = _shortened(folded.text)
    if "//" not in text and "www." not in text:
        return set()
    found: set[str] = set()
    for address in _ADDRESS.findall(text)[:ADDRESSES]:
        plain = _NUMBER.sub("0", address[:ADDRESS])
        found.update(["@" + word for word in _WORDS.findall(plain)[:12]])
        found.update(["@" + plain[at : at + PIECE] for at in range(len(plain) - PIECE + 1)])
    return found


def words_as_read(chunk: str) -> list[str]:
    """The words of one chunk of a folded text, as `tokenize` gives them."""
    return [chunk] if chunk.isalpha() and chunk.isascii() else _split(_NUMBER.sub("0", chunk))


def as_phrases(features: Iterable[str]) -> list[str]:
    """For each feature the string to search for in `Tokens.line`; empty if it is no word, pair or phrase."""
    # One expression, since the shipped models have many features, and each process waits for them.
    return [
        f" {each} " if " " in each[1:-1] and each[0] not in "#@"
        else f" {each[1:]} " if each[0] == "_"
        else f"^ {each[1:]} " if each[0] == "^"
        else f" {each[:-1]} $" if each[-1] == "$"
        else ""
        for each in features
    ]  # fmt: skip


def as_pieces(features: Iterable[str]) -> list[str]:
    """For each feature the string to search for in `Tokens.chunked`; empty if it is no piece.

    Some features are ambiguous: `_abc` is a piece, and also the word `abc`.
    """
    return [feature if len(feature) == PIECE and " " not in feature[1:-1] else "" for feature in features]


def words_of(text: str) -> list[str]:
    """The words of a short text, such as a URL, in lower case."""
    return _WORDS.findall(text.lower())


def pieces_of(chunk: str) -> list[str]:
    """The pieces of one chunk, with a space before and after it."""
    padded = f" {chunk} "
    return [padded[at : at + PIECE] for at in range(len(padded) - PIECE + 1)]


@cache
def _innocent() -> Matcher:
    """Names and phrases that only sound bad (Dick Cheney, great tits). They are hidden from the models."""
    return Matcher(Entry(phrase, phrase, 1, Where.WHOLE) for phrase in word_list("innocent") if " " in phrase)


def _shortened(text: str) -> str:
    return text if len(text) <= HEAD + TAIL else f"{text[:HEAD]} {text[-TAIL:]}"
