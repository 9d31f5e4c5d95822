"""A comment as a reader's eye takes it, folded once for all checks, with the way back to what was posted."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape

from service.domain.policy.signals import Field, Span
from workers.checks.text.confusables import CYRILLIC, CYRILLIC_ONLY, meant

#: No repetition in here can run past the next `<`, `>` or `&`, so it is linear on any text.
_MARKUP = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});|</?[a-zA-Z!][^<>]{0,500}>|<!---->")
_BLOCK = re.compile(r"</?(?:br|p|div|li|ul|ol|td|tr|h[1-6]|blockquote|hr)\b", re.IGNORECASE)
_UNUSUAL = re.compile(r"[^\x00-\x7f]")
#: Up to this many different characters, replacing each is faster than translating all.
_FEW = 8
_REMEMBERED = 20_000


class _Alphabet(dict[int, str]):
    """What each code point is read as, looked up once; bounded, so that no text can fill the memory."""

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
    """`text` is what is read; its i-th character came from `original[starts[i]:ends[i]]`, in code points.

    Both are None where every character stands for itself, which is so for most comments.
    """

    original: str
    text: str
    starts: tuple[int, ...] | None = None
    ends: tuple[int, ...] | None = None

    def whence(self, start: int, end: int) -> tuple[int, int]:
        """Where `text[start:end]` stands in the original, as `[start, end)` in code points."""
        if self.starts is None or self.ends is None or start >= end:
            return start, end
        return self.starts[start], self.ends[end - 1]

    def span(self, start: int, end: int, *, read_as: str = "", field: Field = Field.TEXT) -> Span:
        """`text[start:end]` as evidence that points into what was posted."""
        first, last = self.whence(start, end)
        return Span(first, last, self.original[first:last], read_as, field)


def fold(original: str) -> Folded:
    """Entities, tags, look-alikes, accents, invisible characters and case undone. Linear, and never fails."""
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
            # What cannot be seen belongs to the letter before it, so that masking the letter leaves no trace of it.
            ends[-1] = end
        else:
            starts.extend([start] * len(read_as))
            ends.extend([end] * len(read_as))
        pieces.append(read_as)
    return Folded(original, "".join(pieces), tuple(starts), tuple(ends))


def _stretches(original: str, alphabet: _Alphabet) -> Iterator[tuple[str, int, int]]:
    """What is seen once markup is read, with the place in the original that it came from: stretches of characters that are read
    as one each, and others one by one."""
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
