"""Masking: the found words of a text replaced by stars, everything else as it was."""

from collections.abc import Iterable

from service.domain.policy.signals import Field, Span

MASK = "*"
#: As better-profanity does: a masked word is always this long, so that its length says nothing about it.
LENGTH = 4


def censor(text: str, spans: Iterable[Span], *, mask: str = MASK) -> str:
    """The text with every span that points into it masked. Overlapping spans become one mask."""
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
