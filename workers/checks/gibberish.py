"""Letters that spell nothing: keyboards struck at random, and strings that machines made up."""

import re
from collections.abc import Iterator

from service.domain.signals import Kind, Signal
from workers.checks.prepared import Prepared

CHECK = "gibberish"
_WORD = re.compile(r"[a-z]{4,}")
_UNSAYABLE = re.compile(
    r"[bcdfghjklmnpqrstvwxz]{6}|^[^aeiouy]{5,}$|([a-z])\1{5}|(?:asdf|sdfg|dfgh|fghj|ghjk|hjkl|qwer|zxcv|xcvb)"
)
_MIXED = re.compile(r"(?:[a-z][A-Z]+){3}")
ENOUGH_LETTERS, MOST_READ = 10, 600


def check(prepared: Prepared) -> Iterator[Signal]:
    """Speaks where most longer words cannot be said aloud. Other scripts than Latin are not judged."""
    text = prepared.text.text[:MOST_READ]
    words = _WORD.findall(text)
    letters = sum(map(len, words))
    if letters < ENOUGH_LETTERS or prepared.links:
        return
    odd = sum(len(word) for word in words if _UNSAYABLE.search(word))
    if odd * 2 > letters or (len(words) == 1 and " " not in text.strip() and _MIXED.search(prepared.reading.text)):
        span = prepared.text.span(0, len(text))
        yield Signal(Kind.SPAM_GIBBERISH, 0.65, "letters that spell no words", (span,), check=CHECK)
