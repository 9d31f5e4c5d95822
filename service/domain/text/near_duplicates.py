"""Likeness: which texts are the same but for a word or two, found without comparing each with each.

A sketch is a simhash (Charikar 2002) of 64 bits over pairs of words: texts that share most pairs differ in few bits. Cut into
bands, two sketches with at most BANDS - 1 different bits agree in one band at least, so looking up bands finds all candidates.
"""

import hashlib
import re
from collections import OrderedDict, deque
from collections.abc import Iterable
from functools import lru_cache
from itertools import pairwise, takewhile

BITS, BANDS = 64, 8
#: Sketches with at most so many different bits count as alike. Measured: one word of twenty changed differs in 3 to 12 bits, and
#: of 765,000 pairs of news comments none in so few. Bands find those with at most 7; `Lately` compares with each.
MAX_DISTANCE = 12
_WORDS = re.compile(r"[^\W_]+")
_BAND = BITS // BANDS
#: An odd number without a pattern (that of the golden ratio): "a b" is another piece than "b a".
_ALL, _MIX = (1 << BITS) - 1, 0x9E3779B97F4A7C15
#: For each byte, in how many bits it differs from each other.
_APART = [bytes((byte ^ other).bit_count() for other in range(256)) for byte in range(256)]
#: A text is sketched by its first so many words.
MOST_WORDS = 400


def simhash(text: str) -> int:
    """The sketch of a text, 64 bits. Texts of fewer than four words are only alike where they are the same."""
    words = _WORDS.findall(text.casefold())[:MOST_WORDS]
    hashes = [_hash(word) for word in words] if len(words) > 3 else [_hash(" ".join(words))]
    pieces = {*hashes, *((left * _MIX ^ right) & _ALL for left, right in pairwise(hashes))}
    return _in_most(list(pieces))


def _in_most(numbers: list[int]) -> int:
    """The bits that are set in more than half of the numbers. All are counted at once: three numbers are added up bit by bit into
    one of sums and one of carries, until each digit of the counts is one number."""
    more, equal, half, digits = 0, _ALL, len(numbers) // 2, []
    while numbers:
        carries: list[int] = []
        while len(numbers) > 2:
            sums = numbers[len(numbers) // 3 * 3 :]
            for one, two, three in zip(numbers[::3], numbers[1::3], numbers[2::3], strict=False):
                apart = one ^ two
                sums.append(apart ^ three)
                carries.append(one & two | apart & three)
            numbers = sums
        if len(numbers) == 2:
            carries.append(numbers[0] & numbers[1])
            numbers = [numbers[0] ^ numbers[1]]
        digits += numbers
        numbers = carries
    for place in reversed(range(len(digits))):
        if half >> place & 1:
            equal &= digits[place]
        else:
            more |= equal & digits[place]
            equal &= ~digits[place]
    return more


@lru_cache(maxsize=10_000)
def _hash(word: str) -> int:
    return int.from_bytes(hashlib.blake2b(word.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little")


def bands(one: int) -> tuple[int, ...]:
    """The bands of a sketch, each with its place in the lowest bits, to be looked up: alike texts share one at least."""
    return tuple((one >> at * _BAND & (1 << _BAND) - 1) << 3 | at for at in range(BANDS))


def hamming_distance(one: int, other: int) -> int:
    """In how many bits two sketches differ."""
    return (one ^ other).bit_count()


class NearDuplicateIndex:
    """The latest sketches of many sites, in memory and bounded: how many of a site's are like a new one?"""

    def __init__(self, *, most: int = 2_000, sites: int = 200) -> None:
        self._most, self._sites = most, sites
        self._kept: OrderedDict[str, _Column] = OrderedDict()

    def like(self, site: str, one: int, *, since: float) -> int:
        """How many sketches of this site since then (seconds, any clock) are like this one."""
        column = self._kept.get(site)
        return column.like(one, since) if column else 0

    def add(self, site: str, sketches: Iterable[int], *, at: float) -> None:
        """Remember sketches; the oldest ones and the sites longest silent make room."""
        column = self._kept.setdefault(site, _Column())
        self._kept.move_to_end(site)
        for one in sketches:
            column.add(at, one)
        column.forget(len(column.times) - self._most)
        while len(self._kept) > self._sites:
            self._kept.popitem(last=False)


class _Column:
    """The sketches of one site, oldest first, byte by byte: one new sketch is compared with all in a few operations."""

    def __init__(self) -> None:
        self.times: deque[float] = deque()
        self._bytes = [bytearray() for _ in range(8)]

    def add(self, at: float, one: int) -> None:
        self.times.append(at)
        for kept, byte in zip(self._bytes, one.to_bytes(8, "little"), strict=True):
            kept.append(byte)

    def forget(self, oldest: int) -> None:
        for _ in range(oldest):
            self.times.popleft()
        for kept in self._bytes:
            del kept[: max(0, oldest)]

    def like(self, one: int, since: float) -> int:
        """How many are alike. What came before `since` is forgotten.

        The bits in which each differs are added up as one long number with a byte for each sketch; they are 64 at most, so that
        no sum runs over, and a byte whose highest bit is set once 127 - ALIKE is added is one that differs in more.
        """
        self.forget(sum(1 for _ in takewhile(lambda at: at < since, self.times)))
        pairs = zip(self._bytes, one.to_bytes(8, "little"), strict=True)
        apart = sum(int.from_bytes(kept.translate(_APART[byte]), "little") for kept, byte in pairs)
        each = int.from_bytes(b"\1" * len(self.times), "little")
        return len(self.times) - (apart + each * (127 - MAX_DISTANCE) & each << 7).bit_count()
