"""Disguised words (digits, signs, stretched letters, gaps) and the words they may stand for. Linear in the length of the text."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import filterfalse, pairwise
from operator import itemgetter

from workers.checks.text.characters import chunks_with, has_lone_letters, has_stretches

#: Longer chunks without whitespace are URLs, hashes and noise, not disguised words.
LONGEST = 48
#: If few words look odd (maybe disguised), it is faster to search the text for each of them than to walk through all words. Few
#: means at most FEW, or in long texts one word in ONE_IN, but never more than MANY: an odd word may occur inside many words.
FEW, ONE_IN, MANY = 4, 16, 32
_EDGE = ".,;:?\"'()[]{}<>/\\~`^=-_*!"
#: A word with one of these signs behind it is not odd. Most words that are not all letters are such words.
_SENTENCE_SIGNS = ".,;:?!\"')"
_MASKS = frozenset("*#%&@$^?~•×█▓▒░■▇●◼⬛▪")
_QUIET = frozenset(["'s", "'t", "'re", "'ve", "'ll", "'m", "'d", "s'", "'em"])
_STRETCHED = re.compile(r"([a-z])\1(?:\1|([a-z])\2([a-z])\3)")
_RUN = re.compile(r"([a-z])\1+")
_GAPPED = re.compile(r"(?<![^\W_])[^\W_](?:[\W_]{1,8}[^\W_](?![^\W_])){2,}")
_SEPARATORS = re.compile(r"[\W_]+")
#: Initials before a name (`F.C.Koln`): the letters do not belong to one word.
_ABBREVIATED = re.compile(r"(?:[a-z]\.){2,}[a-z]{3,}\.?")
_DASHES = re.compile(r"(?<=[a-z])(?:[-_]{2,}|\.{2,}|…)(?=[a-z])")
_NOT_LETTERS = re.compile(r"[^a-z]+")
#: Two tables from signs to letters; both are tried. The same sign may mean "i" or "l", and "v" may mean "u".
_LEET = str.maketrans("013456789@$!|(+{<€¢", "oieasgtbgasiictccec")
_LEET_TOO = str.maketrans("013456789@$!|(+{<v¢", "oleasgtbgasllctccuc")


@dataclass(frozen=True, slots=True)
class Disguise:
    """`text[start:end]` and the words that it may stand for. `masked`: the same text with `*` for each masked letter."""

    start: int
    end: int
    words: tuple[str, ...]
    masked: str = ""


def disguises(text: str, tokens: Collection[str] | None = None) -> Iterator[Disguise]:
    """Every possible disguise in a folded text. `tokens`: the text split at whitespace, if already known."""
    tokens = set(text.split()) if tokens is None else tokens
    odd = {
        token
        for token in filterfalse(str.isalpha, tokens)
        if not (token[-1] in _SENTENCE_SIGNS and token[:-1].isalpha()) and len(token) <= LONGEST and _looks_odd(token)
    }
    if odd:
        few = max(FEW, min(len(tokens) // ONE_IN, MANY))
        yield from _chunks(text, odd) if len(odd) > few else _few_chunks(text, odd)
    yield from _stretched(text)
    for gapped in _GAPPED.finditer(text) if has_lone_letters(text) else ():
        letters = _SEPARATORS.sub("", gapped[0])
        # A single "a" or "I" at either end may be a separate word, so the letters are also tried without the first and the last.
        yield Disguise(gapped.start(), gapped.end(), (letters, letters[1:], letters[:-1], letters.translate(_LEET)))


def _looks_odd(token: str) -> bool:
    core = token.strip(_EDGE)
    if core.isalpha():
        return token[0] in "(<{" or ("*" in token and (len(core) <= 3 or token[0] != token[-1]))
    if not core or core.isdigit() or core[-2:] in _QUIET or core[-3:] in _QUIET:
        return "*" in token and bool(core)
    return "://" not in core and not core.startswith("www.") and any(char.isalpha() or char in "$@" for char in core)


def _chunks(text: str, odd: set[str]) -> Iterator[Disguise]:
    read = {token: chunks for token in odd if (chunks := list(_chunk(token)))}
    place = 0
    for token in filter(read.__contains__, text.split()):
        place = next(places(text, token, place))
        for one in read[token]:
            yield Disguise(place + one.start, place + one.end, one.words, one.masked)
        place += len(token)


def _few_chunks(text: str, odd: set[str]) -> Iterator[Disguise]:
    read = [(place, one) for token in odd for one in _chunk(token) for place in places(text, token)]
    # Sorting by place is enough: two words cannot start at the same place, and a word has at most one disguise.
    for place, one in sorted(read, key=itemgetter(0)):
        yield Disguise(place + one.start, place + one.end, one.words, one.masked)


def places(text: str, token: str, start: int = 0) -> Iterator[int]:
    """The places from `start` on where the token stands between whitespace, not inside a longer word."""
    at = text.find(token, start)
    while at >= 0:
        end = at + len(token)
        if (not at or text[at - 1].isspace()) and (end == len(text) or text[end].isspace()):
            yield at
        at = text.find(token, at + 1)


def _chunk(token: str) -> Iterator[Disguise]:
    outer = token.strip("\"'.,;:?)]}>~`")
    core = outer.strip("[({</\\^=-_").rstrip("!")
    if not core or _ABBREVIATED.fullmatch(core):
        return
    start = token.index(core)
    chunks = [chunk for chunk in {core, outer} if _enough_letters(chunk)]
    words = {chunk.translate(signs) for chunk in chunks for signs in (_LEET, _LEET_TOO)}
    words |= {_NOT_LETTERS.sub("", word) for word in {*words, core}}
    words |= {squeezed for word in words for squeezed in _squeezed(word)}
    yield Disguise(start, start + len(core), tuple(sorted(words - {core})), masked=_masked(outer.strip("()[]{}<>/\\^=-_!")))


def _enough_letters(chunk: str) -> bool:
    """Whether a chunk looks like a word, not a number: `45s` and `a30` are numbers, `5h17` and `@55` are words."""
    return sum(map(str.isalpha, chunk)) >= 2 or any(char in "@$!(" for char in chunk) or len(chunk) > 3


def _masked(core: str) -> str:
    if core.isalnum():
        return ""
    core = _DASHES.sub(lambda run: "*" * len(run[0]), core)
    return "".join(char if char.isalpha() else "*" if char in _MASKS else "." for char in core)


def _stretched(text: str) -> Iterator[Disguise]:
    if not has_stretches(text):
        return
    for start, end in chunks_with(_STRETCHED, text):
        if end - start <= LONGEST * 8:
            yield Disguise(start, end, tuple(sorted(_squeezed(text[start:end]))))


def _squeezed(word: str) -> set[str]:
    """Readings of a stretched word: runs cut to one letter, runs cut to two, and only runs of three or more cut to one.
    Examples: `shiiit`, `asssss`, `ffuucckk`."""
    if not _STRETCHED.search(word):
        return set()
    once, twice = _RUN.sub(r"\1", word), _RUN.sub(r"\1\1", word)
    long_only = re.sub(r"([a-z])\1{2,}", r"\1", word)
    return {once, twice, long_only, *_last_doubled(once)}


def _last_doubled(word: str) -> Iterator[str]:
    for at, (left, right) in enumerate(pairwise(word)):
        if left == right or at > LONGEST:
            return
    if word.startswith(("as", "pus", "fag", "nig")):
        yield re.sub(r"(?<=^a)s|(?<=^pu)s|(?<=^fa)g|(?<=^ni)g", lambda found: found[0] * 2, word)
