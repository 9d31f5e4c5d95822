"""Gibberish: random keystrokes, machine-made strings, and letters under so many marks that they cover the lines around them."""

import re
from collections.abc import Iterator

from service.domain.policy.signals import Kind, Signal, Span
from workers.checks.prepared import Prepared
from workers.checks.text.characters import table

CHECK = "gibberish"
_WORD = re.compile(r"[a-z]{4,}")
_UNSAYABLE = re.compile(r"[bcdfghjklmnpqrstvwxz]{6}|^[^aeiouy]{5,}$|(?:asdf|sdfg|dfgh|fghj|ghjk|hjkl|qwer|zxcv|xcvb)")
#: For a fast first test: the regular expressions run only on texts with several of these consonants in a row. Most have none.
_HARD = table(b"bcdfghjklmnpqrstvwxz", b" ", as_one=b"x")
_STRUCK = ("sdfg", "dfgh", "fghj", "ghjk", "hjkl", "zxcv", "xcvb")
_MIXED = re.compile(r"(?:[a-z][A-Z]+){3}")
#: Stretched letters (goooal, grrrr) are read once. A word of so few different letters is a laugh (wkwkwk, hahaha), not a random one.
_STRETCHED, _LAUGH = re.compile(r"([a-z])\1{2,}"), 3
ENOUGH_LETTERS, MOST_READ = 10, 600
#: Marks over and under a letter ("zalgo"). No spelling has so many in a row: Hebrew with vowel points and accents has four.
_HEAP = re.compile(
    "[\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u0610-\u061a\u064b-\u065f\u06d6-\u06dc\u06df-\u06e4\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u1ab0-\u1aff"
    "\u1dc0-\u1dff\u20d0-\u20f0\ufe20-\ufe2f]{6,}"
)


def check(prepared: Prepared) -> Iterator[Signal]:
    """Gives a signal for a heap of marks in the text or the name, or if most of the longer words cannot be pronounced. Words are
    judged in Latin script only."""
    yield from _heaps(prepared.reading.text, prepared.reading.author.name)
    text = prepared.text.text[:MOST_READ]
    if prepared.links or not (_has_hard_runs(text) or " " not in text):
        return
    words = [word for word in _WORD.findall(_STRETCHED.sub(r"\1", text)) if len(set(word)) > _LAUGH]
    letters = sum(map(len, words))
    odd = sum(len(word) for word in words if _UNSAYABLE.search(word))
    made_up = len(words) == 1 and " " not in text.strip() and _MIXED.search(prepared.reading.text)
    if letters >= ENOUGH_LETTERS and (odd * 2 > letters or made_up):
        span = prepared.text.span(0, len(text))
        yield Signal(Kind.SPAM_GIBBERISH, 0.65, "gibberish", (span,), check=CHECK)


def _heaps(text: str, name: str) -> Iterator[Signal]:
    if text.isascii() and name.isascii():
        return
    heap = _HEAP.search(text)
    if heap or _HEAP.search(name):
        spans = (Span(heap.start(), heap.end(), heap[0]),) if heap else ()
        yield Signal(Kind.SPAM_GIBBERISH, 0.65, "letters under a heap of marks", spans, check=CHECK)


def _has_hard_runs(text: str) -> bool:
    """Whether any word may be unpronounceable: five consonants in a row, or four that are neighbours on the keyboard."""
    if "asdf" in text or "qwer" in text:
        return True
    hard = text.encode().translate(_HARD)
    return b"xxxx" in hard and (b"xxxxx" in hard or any(struck in text for struck in _STRUCK))
