"""Gibberish: random keystrokes and machine-made strings."""

import re
from collections.abc import Iterator

from service.domain.policy.signals import Kind, Signal
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


def check(prepared: Prepared) -> Iterator[Signal]:
    """Gives a signal if most of the longer words cannot be pronounced. Only Latin script is judged."""
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


def _has_hard_runs(text: str) -> bool:
    """Whether any word may be unpronounceable: five consonants in a row, or four that are neighbours on the keyboard."""
    if "asdf" in text or "qwer" in text:
        return True
    hard = text.encode().translate(_HARD)
    return b"xxxx" in hard and (b"xxxxx" in hard or any(struck in text for struck in _STRUCK))
