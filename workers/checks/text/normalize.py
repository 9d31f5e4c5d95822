"""Folding: the text as a reader sees it, computed once for all checks, with a mapping back to the posted text."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape

from service.domain.policy.signals import Field, Span
from workers.checks.text.confusables import CYRILLIC, CYRILLIC_ONLY, meant

#: No repetition can run past the next `<`, `>` or `&`, so matching is linear on any text (no ReDoS).
_MARKUP = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});|</?[a-zA-Z!][^<>]{0,500}>|<!---->")
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
        return self.starts[start], self.ends[end - 1]

    def span(self, start: int, end: int, *, read_as: str = "", field: Field = Field.TEXT) -> Span:
        """`text[start:end]` as a span of the posted text."""
        first, last = self.whence(start, end)
        return Span(first, last, self.original[first:last], read_as, field)


def fold(original: str) -> Folded:
    """Undo entities, tags, look-alikes, accents, invisible characters and case. Linear time; never raises."""
    marked_up = ("<" in original or "&" in original) and bool(_MARKUP.search(original))
    if original.isascii():
        return _mapped(original, _LATIN) if marked_up else Folded(original, original.lower())
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
    return "\n" if _BLOCK.match(piece) else ""
