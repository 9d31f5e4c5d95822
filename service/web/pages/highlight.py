"""A comment's text as HTML: escaped, matched spans marked, invisible and reordering characters made visible."""

import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

from markupsafe import Markup, escape

#: Marks, embeddings, overrides and isolates of the bidirectional algorithm, and characters without width.
_HIDDEN = frozenset(
    "\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2061\u2062\u2063\u2064\u2066\u2067\u2068\u2069\ufeff\u00ad\u061c\u180e"
)
_JOINERS = frozenset("\u200c\u200d")


def highlight(text: str, spans: Iterable[Mapping[str, Any]] = ()) -> Markup:
    """The text with the spans in `<mark>`. Spans count code points. A span outside the text is ignored."""
    pieces: list[str] = []
    end_of_last = 0
    for start, end in _merged(text, spans):
        pieces += (_visible(text, end_of_last, start), "<mark>", _visible(text, start, end), "</mark>")
        end_of_last = end
    pieces.append(_visible(text, end_of_last, len(text)))
    return Markup("".join(pieces))  # noqa: S704 - every piece went through escape


def visible_text(text: str) -> Markup:
    """User text on one line, with invisible characters made visible."""
    return highlight(" ".join(text.split()))


def _merged(text: str, spans: Iterable[Mapping[str, Any]]) -> list[tuple[int, int]]:
    """The spans as (start, end): sorted, cut to the text, overlapping ones merged."""
    merged: list[tuple[int, int]] = []
    for span in sorted(spans, key=lambda s: (s["start"], s["end"])):
        start, end = max(int(span["start"]), 0), min(int(span["end"]), len(text))
        if start >= end:
            continue
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _visible(text: str, start: int, end: int) -> str:
    pieces: list[str] = []
    plain_from = start
    for at in range(start, end):
        if _hides(text, at):
            pieces += (str(escape(text[plain_from:at])), _visible_name(text[at]))
            plain_from = at + 1
    pieces.append(str(escape(text[plain_from:end])))
    return "".join(pieces)


def _hides(text: str, at: int) -> bool:
    character = text[at]
    if character in _HIDDEN or (unicodedata.category(character) == "Cc" and character not in "\n\t"):
        return True
    return character in _JOINERS and not _joins(text, at)


def _joins(text: str, at: int) -> bool:
    """True if a joiner at this position is normal: between emoji, or in a script that uses joiners. In Latin, Cyrillic and Greek
    text a joiner only disguises words."""
    before = text[at - 1] if at else ""
    return bool(before) and not (before.isascii() or unicodedata.name(before, "").startswith(("LATIN", "CYRILLIC", "GREEK")))


def _visible_name(character: str) -> str:
    code = f"U+{ord(character):04X}"
    name = unicodedata.name(character, "control character").lower()
    return f'<span class="hidden-char" title="{code} {escape(name)}">{code[2:]}</span>'
