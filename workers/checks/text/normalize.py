"""Folding: the text as a reader sees it, computed once for all checks, with a mapping back to the posted text."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from html import unescape

from service.domain.policy.signals import Field, Span
from workers.checks.text.confusables import CYRILLIC, CYRILLIC_ONLY, meant
from workers.checks.text.flags import without_flags

#: No repetition can run past the next `<`, `>` or `&`, so matching is linear on any text (no ReDoS).
_MARKUP = re.compile(
    r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});|</?[a-zA-Z!][^<>]{0,500}>|<!---->"
    # Tags of bulletin boards that only change how letters look, and letters as escapes of program text and of URLs.
    r"|\[/?(?:b|i|u|s|sub|sup|color|size|font|center|left|right|spoiler|strike|small|big)(?:=[^\[\]]{0,40})?\]"
    r"|\\u\{?00[46-7][0-9a-fA-F]\}?|\\x[46-7][0-9a-fA-F]|(?:%[46-7][0-9a-fA-F]){2,}",
    re.IGNORECASE,
)
#: The first characters of markup. A text without them has none.
_MARKS = re.compile(r"[<&\[\\%]")
_OVERRIDE = re.compile("\u202e([^\u202a-\u202e\n]{1,200})")
_BLOCK = re.compile(r"</?(?:br|p|div|li|ul|ol|td|tr|h[1-6]|blockquote|hr)\b", re.IGNORECASE)
_UNUSUAL = re.compile(r"[^\x00-\x7f]")
#: Up to this many distinct non-ASCII characters, one `str.replace` for each is faster than `str.translate`.
_FEW = 8
_REMEMBERED = 20_000


class _Alphabet(dict[int, str]):
    """A cache of the folded form of each code point. Bounded, so that no text can fill the memory."""

    def __init__(self, *, lookalikes: bool) -> None:
        super().__init__({code: chr(code).lower() for code in range(128)})
        self._lookalikes = lookalikes

    def __missing__(self, code: int) -> str:
        read_as = meant(chr(code), lookalikes=self._lookalikes)
        if len(self) < _REMEMBERED:
            self[code] = read_as
        return read_as


_LATIN = _Alphabet(lookalikes=True)
_CYRILLIC = _Alphabet(lookalikes=False)


@dataclass(frozen=True, slots=True)
class Folded:
    """The folded text. Its i-th character came from `original[starts[i]:ends[i]]`, in code points.

    `starts` and `ends` are None if each character of the original gives one character, as in most comments.
    """

    original: str
    text: str
    starts: tuple[int, ...] | None = None
    ends: tuple[int, ...] | None = None

    def whence(self, start: int, end: int) -> tuple[int, int]:
        """The place of `text[start:end]` in the original, as `[start, end)` in code points."""
        if self.starts is None or self.ends is None or start >= end:
            return start, end
        # Parts that are shown from right to left have their places in the opposite order.
        return min(self.starts[start], self.starts[end - 1]), max(self.ends[start], self.ends[end - 1])

    def span(self, start: int, end: int, *, read_as: str = "", field: Field = Field.TEXT) -> Span:
        """`text[start:end]` as a span of the posted text."""
        first, last = self.whence(start, end)
        return Span(first, last, self.original[first:last], read_as, field)


def fold(original: str) -> Folded:
    """Undo entities, tags, look-alikes, accents, invisible characters and case. Linear time; never raises."""
    marked_up = bool(_MARKS.search(original)) and bool(_MARKUP.search(original))
    if original.isascii():
        return _mapped(original, _LATIN) if marked_up else Folded(original, original.lower())
    if (shown := without_flags(original)) != original:
        return replace(fold(shown), original=original)
    if "\u202e" in original:
        return _turned(original)
    alphabet = _CYRILLIC if _is_cyrillic(original) else _LATIN
    unusual = set(_UNUSUAL.findall(original))
    if marked_up or any(len(alphabet[ord(char)]) != 1 for char in unusual):
        return _mapped(original, alphabet)
    if len(unusual) > _FEW:
        return Folded(original, original.translate(alphabet))
    text = original
    for char in unusual:
        text = text.replace(char, alphabet[ord(char)])
    return Folded(original, text.lower())


def _turned(original: str) -> Folded:
    """The folded text of a text in which parts are shown from right to left (U+202E)."""
    places = list(range(len(original)))
    for part in _OVERRIDE.finditer(original):
        places[part.start(1) : part.end(1)] = reversed(places[part.start(1) : part.end(1)])
    shown = fold("".join(original[place] for place in places).replace("\u202e", "\u200b"))
    starts, ends = shown.starts or range(len(shown.text)), shown.ends or range(1, len(shown.text) + 1)
    spans = [(min(places[start:end]), max(places[start:end]) + 1) for start, end in zip(starts, ends, strict=True)]
    return Folded(original, shown.text, tuple(start for start, _ in spans), tuple(end for _, end in spans))


def visible_pieces(original: str) -> Iterator[tuple[str, int, int]]:
    """The visible text without markup, in pieces: (text, start, end), with the place in the original. The text of a piece is as
    long as its place, unless the piece is an entity."""
    place = 0
    for found in _MARKUP.finditer(original):
        if place < found.start():
            yield original[place : found.start()], place, found.start()
        if seen := _markup(found[0]):
            yield seen, found.start(), found.end()
        place = found.end()
    if place < len(original):
        yield original[place:], place, len(original)


def _is_cyrillic(original: str) -> bool:
    return len(set(CYRILLIC_ONLY.findall(original))) >= 3 and len(CYRILLIC.findall(original)) * 2 > len(original) * 0.6


def _mapped(original: str, alphabet: _Alphabet) -> Folded:
    pieces: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for seen, start, end in _stretches(original, alphabet):
        read_as = seen.translate(alphabet)
        if len(seen) == end - start > 1 or len(read_as) == 1:
            starts.extend(range(start, end) if len(seen) > 1 else (start,))
            ends.extend(range(start + 1, end + 1) if len(seen) > 1 else (end,))
        elif not read_as and ends and end == start + 1:
            # An invisible character belongs to the letter before it, so that masking the letter removes both.
            ends[-1] = end
        else:
            starts.extend([start] * len(read_as))
            ends.extend([end] * len(read_as))
        pieces.append(read_as)
    return Folded(original, "".join(pieces), tuple(starts), tuple(ends))


def _stretches(original: str, alphabet: _Alphabet) -> Iterator[tuple[str, int, int]]:
    """The visible text without markup, in stretches: (text, start, end), with the place in the original.

    A run of characters that fold to one character each is one stretch. Any other character is a stretch of its own.
    """
    place = 0
    for found in _MARKUP.finditer(original):
        yield from _plain(original, place, found.start(), alphabet)
        for char in _markup(found[0]):
            yield char, found.start(), found.end()
        place = found.end()
    yield from _plain(original, place, len(original), alphabet)


def _plain(original: str, place: int, end: int, alphabet: _Alphabet) -> Iterator[tuple[str, int, int]]:
    for found in _UNUSUAL.finditer(original, place, end):
        at = found.start()
        if len(alphabet[ord(found[0])]) != 1:
            if place < at:
                yield original[place:at], place, at
            yield found[0], at, at + 1
            place = at + 1
    if place < end:
        yield original[place:end], place, end


def _markup(piece: str) -> str:
    if piece.startswith("&"):
        return unescape(piece)
    if piece[0] == "%":
        return bytes.fromhex(piece.replace("%", "")).decode("ascii")
    if piece[0] == "\\":
        return chr(int(piece[1:].strip("uUxX{}"), 16))
    return "\n" if _BLOCK.match(piece) else ""
