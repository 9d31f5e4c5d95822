"""The comparable view of a posted text: what `comparable` makes of it, with a mapping back to the posted text.

Folding reads disguises, and so it takes accents and look-alikes off. This view keeps every script as it is written; a site's own
words are sought in both.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import accumulate

from service.domain.text.comparable import clusters, comparable_letter, inner_blanks, is_composed
from workers.checks.text.normalize import Folded, visible_pieces

_MORE_BLANKS = re.compile(r"  +")
#: Blanks of ASCII other than the space, and their like in lines.
_BLANKS = {ord(blank): " " for blank in "\t\n\r\x0b\x0c\x1c\x1d\x1e\x1f"}
_REMEMBERED = 20_000


class _Forms(dict[int, str]):
    """A table for `str.translate`: the form of each character, empty if it is longer or shorter than the character. Bounded, so that
    no text can fill the memory."""

    def __init__(self) -> None:
        super().__init__({code: chr(code) for code in range(128)} | _BLANKS)

    def __missing__(self, code: int) -> str:
        form = _form(chr(code))
        form = form if len(form) == 1 else ""
        if len(self) < _REMEMBERED:
            self[code] = form
        return form


_FORMS = _Forms()


@lru_cache(maxsize=2)
def comparable_view(original: str) -> Folded:
    """The comparable view of a text. Linear time; never raises. Several lists and checks read the same text and name in turn."""
    marked_up = "<" in original or "&" in original
    if not marked_up and original.isascii():
        return _narrowed(Folded(original, original.translate(_BLANKS).lower()))
    if not marked_up and is_composed(original) and len(forms := original.translate(_FORMS)) == len(original):
        return _narrowed(Folded(original, forms.lower()))
    pieces: list[tuple[str, int, int]] = []
    for seen, start, end in visible_pieces(original) if marked_up else ((original, 0, len(original)),):
        pieces.extend(_forms(seen, start, end))
    text = "".join(form for form, _, _ in pieces)
    starts = tuple(start for form, start, _ in pieces for _ in form)
    ends = tuple(end for form, _, end in pieces for _ in form)
    return _narrowed(Folded(original, text, starts, ends))


def _forms(seen: str, start: int, end: int) -> Iterator[tuple[str, int, int]]:
    pieces = clusters(seen)
    if len(seen) != end - start:
        yield from ((_form(piece), start, end) for piece in pieces)
        return
    place = accumulate(map(len, pieces), initial=start)
    yield from ((_form(piece), at, at + len(piece)) for piece, at in zip(pieces, place, strict=False))


def _form(cluster: str) -> str:
    return " " if cluster.isspace() else comparable_letter(cluster)


def _narrowed(view: Folded) -> Folded:
    """The view with one space for each run of blanks, and none inside Chinese and Japanese words."""
    text = view.text
    inner = [] if text.isascii() else inner_blanks(text)
    runs = (found.span() for found in _MORE_BLANKS.finditer(text)) if "  " in text else ()
    within = set(inner)
    cuts = sorted([*inner, *((start + 1, end) for start, end in runs if (start, end) not in within)])
    if not cuts:
        return view
    edges = [0, *(edge for cut in cuts for edge in cut), len(text)]
    kept = list(zip(edges[::2], edges[1::2], strict=True))
    starts = view.starts or range(len(text))
    ends = view.ends or range(1, len(text) + 1)
    return Folded(
        view.original,
        "".join(text[start:end] for start, end in kept),
        tuple(place for start, end in kept for place in starts[start:end]),
        tuple(place for start, end in kept for place in ends[start:end]),
    )
