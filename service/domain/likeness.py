"""Likeness: which texts are the same but for a word or two, found without comparing each with each.

A sketch is a simhash (Charikar 2002) of 64 bits over pairs of words: texts that share most pairs differ in few bits. Cut into
bands, two sketches with at most BANDS - 1 different bits agree in one band at least, so looking up bands finds all candidates.
"""

import hashlib
import re
from collections import OrderedDict, deque
from collections.abc import Iterable
from itertools import pairwise

BITS, BANDS = 64, 8
#: Sketches with at most so many different bits count as alike. Measured: one word of twenty changed differs in 3 to 12 bits, and
#: of 765,000 pairs of news comments none in so few. Bands find those with at most 7; `Lately` compares with each.
ALIKE = 12
_WORDS = re.compile(r"[^\W_]+")
_BAND = BITS // BANDS
#: Each byte with its bits 16 apart, so that eight counts are added at once.
_SPREAD = [sum((byte >> at & 1) << 16 * at for at in range(8)) for byte in range(256)]
#: A text is sketched by its first so many words.
MOST_WORDS = 400


def sketch(text: str) -> int:
    """The sketch of a text, 64 bits. Texts of fewer than four words are only alike where they are the same."""
    words = _WORDS.findall(text.casefold())[:MOST_WORDS]
    pieces = {f"{left} {right}" for left, right in pairwise(words)} | set(words) if len(words) > 3 else {" ".join(words)}
    ones = [0] * BANDS
    for piece in pieces:
        digest = hashlib.blake2b(piece.encode("utf-8", "surrogatepass"), digest_size=8).digest()
        ones = [count + _SPREAD[byte] for count, byte in zip(ones, reversed(digest), strict=True)]
    counts = [count >> 16 * at & 0xFFFF for count in ones for at in range(_BAND)]
    return sum(1 << at for at in range(BITS) if 2 * counts[at] > len(pieces))


def bands(one: int) -> tuple[int, ...]:
    """The bands of a sketch, each with its place in the lowest bits, to be looked up: alike texts share one at least."""
    return tuple((one >> at * _BAND & (1 << _BAND) - 1) << 3 | at for at in range(BANDS))


def apart(one: int, other: int) -> int:
    """In how many bits two sketches differ."""
    return (one ^ other).bit_count()


class Lately:
    """The latest sketches of many sites, in memory and bounded: how many of a site's are like a new one?"""

    def __init__(self, *, most: int = 2_000, sites: int = 200) -> None:
        self._most, self._sites = most, sites
        self._kept: OrderedDict[str, deque[tuple[float, int]]] = OrderedDict()

    def like(self, site: str, one: int, *, since: float) -> int:
        """How many sketches of this site since then (seconds, any clock) are like this one."""
        return sum(seen >= since and apart(one, other) <= ALIKE for seen, other in self._kept.get(site, ()))

    def add(self, site: str, sketches: Iterable[int], *, at: float) -> None:
        """Remember sketches; the oldest ones and the sites longest silent make room."""
        kept = self._kept.setdefault(site, deque(maxlen=self._most))
        self._kept.move_to_end(site)
        kept.extend((at, one) for one in sketches)
        while len(self._kept) > self._sites:
            self._kept.popitem(last=False)
