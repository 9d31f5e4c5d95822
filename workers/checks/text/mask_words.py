"""Masking: replaces profane words in a text with stars and leaves the rest as it is."""

from collections.abc import Iterable

from service.domain.policy.signals import Field, Span

MASK = "*"
#: A mask always has this length, as in better-profanity, so that it does not reveal the word's length.
LENGTH = 4


def censor(text: str, spans: Iterable[Span], *, mask: str = MASK) -> str:
    """The text with its spans masked. Spans of other fields are ignored. Overlapping spans become one mask."""
    pieces: list[str] = []
    place = 0
    for span in sorted((s for s in spans if s.field is Field.TEXT), key=lambda s: (s.start, -s.end)):
        start, end = max(span.start, place), min(span.end, len(text))
        if end <= start:
            continue
        if start > place or not pieces:
            pieces.extend((text[place:start], mask * LENGTH))
        place = end
    return "".join((*pieces, text[place:]))
