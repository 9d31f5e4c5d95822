"""Near duplicates: texts that differ in a word or two, found without comparing every pair of texts.

A sketch is a simhash (Charikar 2002) of 64 bits over words and pairs of words: texts that share most pairs differ in few bits. A
sketch is cut into bands. Two sketches with at most BANDS - 1 different bits are equal in at least one band, so a lookup by band
finds all candidates.
"""

import hashlib
import re
from collections import OrderedDict, deque
from collections.abc import Iterable
from functools import lru_cache
from itertools import pairwise, takewhile

BITS, BANDS = 64, 8
#: Two sketches with at most this many different bits are near duplicates. Measured: a change of one word in twenty changes 3 to
#: 12 bits; among 765,000 pairs of different news comments, no pair differs in 12 bits or fewer. A lookup by bands finds every
#: pair with at most 7 different bits, but not every pair with more. So `NearDuplicateIndex` compares a new sketch with all stored
#: sketches.
MAX_DISTANCE = 12
_WORDS = re.compile(r"[^\W_]+")
_BAND = BITS // BANDS
#: An odd number without a pattern (from the golden ratio), so that "a b" has another hash than "b a".
_ALL, _MIX = (1 << BITS) - 1, 0x9E3779B97F4A7C15
#: For each byte value, a table with the number of bits in which it differs from each of the 256 byte values.
_APART = [bytes((byte ^ other).bit_count() for other in range(256)) for byte in range(256)]
#: The sketch is made from only this many words at the beginning of a text.
MOST_WORDS = 400


def simhash(text: str) -> int:
    """The sketch of a text, 64 bits. Texts of fewer than four words match only if they have the same words."""
    words = _WORDS.findall(text.casefold())[:MOST_WORDS]
    hashes = [_hash(word) for word in words] if len(words) > 3 else [_hash(" ".join(words))]
    pieces = {*hashes, *((left * _MIX ^ right) & _ALL for left, right in pairwise(hashes))}
    return _in_most(list(pieces))


def _in_most(numbers: list[int]) -> int:
    """The bits that are set in more than half of the numbers. A carry-save adder counts all 64 positions at once: it repeatedly
    replaces three numbers with two, their sums and their carries. In the end `digits` has one number for each binary digit of the
    counts."""
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
    """The bands of a sketch as lookup keys, each with its position in the lowest three bits."""
    return tuple((one >> at * _BAND & (1 << _BAND) - 1) << 3 | at for at in range(BANDS))


def hamming_distance(one: int, other: int) -> int:
    """The number of bits in which two sketches differ."""
    return (one ^ other).bit_count()


class NearDuplicateIndex:
    """The latest sketches of each site, a limited number of them, in memory. Counts how many are near duplicates of a new
    sketch."""

    def __init__(self, *, most: int = 2_000, sites: int = 200) -> None:
        self._most, self._sites = most, sites
        self._kept: OrderedDict[str, _Column] = OrderedDict()

    def like(self, site: str, one: int, *, since: float) -> int:
        """How many sketches of this site that were added at `since` or later are near duplicates of this sketch. Times are in
        seconds, on any clock."""
        column = self._kept.get(site)
        return column.like(one, since) if column else 0

    def add(self, site: str, sketches: Iterable[int], *, at: float) -> None:
        """Add sketches. If there are too many, the oldest sketches are dropped, and the sites that have had no new sketch for the
        longest time."""
        column = self._kept.setdefault(site, _Column())
        self._kept.move_to_end(site)
        for one in sketches:
            column.add(at, one)
        column.forget(len(column.times) - self._most)
        while len(self._kept) > self._sites:
            self._kept.popitem(last=False)


class _Column:
    """The sketches of one site, oldest first. Each of eight arrays has one byte of every sketch, so that a new sketch is compared
    with all sketches at once."""

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
        """How many sketches are near duplicates of this sketch. Sketches from before `since` are dropped.

        One long integer has one byte for each sketch: the number of bits in which that sketch differs. This number is at most 64,
        so no byte overflows. After adding 127 - MAX_DISTANCE, the highest bit of a byte is set if that sketch differs in more
        than MAX_DISTANCE bits.
        """
        self.forget(sum(1 for _ in takewhile(lambda at: at < since, self.times)))
        pairs = zip(self._bytes, one.to_bytes(8, "little"), strict=True)
        apart = sum(int.from_bytes(kept.translate(_APART[byte]), "little") for kept, byte in pairs)
        each = int.from_bytes(b"\1" * len(self.times), "little")
        return len(self.times) - (apart + each * (127 - MAX_DISTANCE) & each << 7).bit_count()
