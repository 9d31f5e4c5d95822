"""The comparable form of a text: texts that a reader takes for the same words have the same form, in every script.

Case, final letters (ß, ς), composed and decomposed letters, full-width and styled letters, invisible characters, Hebrew vowel points,
Arabic vowel marks and Greek accents make no difference, since people leave them out. Other accents do: "schön" and "schon" are two
words.
"""

import re
import unicodedata
from functools import cache, lru_cache

#: Not part of the words: vowel points and cantillation marks of Hebrew, vowel marks and tatweel of Arabic, variation selectors.
_POINTS = re.compile(
    "[\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u0640\u064b-\u0652\u0670\u06d6-\u06ed\ufe00-\ufe0f\u034f\u180b-\u180f]"
)
#: Letters that people write for each other: the dotted and the dotless i of Turkish, Russian е for ё.
_SAME = {"i\u0307": "i", "\u0131": "i", "ё": "е"}
_GREEK = re.compile("[\u0370-\u03ff\u1f00-\u1fff]")
_ACCENTS = re.compile("[\u0300-\u036f]")
#: Half-width marks that belong to the letter before them, although Unicode does not call them combining.
_HALF_WIDTH_MARKS = "\uff9e\uff9f"
_CLUSTERS = re.compile(f"[^{_HALF_WIDTH_MARKS}]?[{_HALF_WIDTH_MARKS}]+|(?s:.)")
#: Letters of scripts that put no blanks between words, or join endings to them: a word may begin and end inside a run of letters.
_UNSPACED = re.compile(
    "["
    "\u0e00-\u0eff\u0f00-\u0fff\u1000-\u109f\u1780-\u17ff\u19e0-\u19ff\u1a20-\u1aaf\u3005-\u3007\u3021-\u3029\u3040-\u30ff\u3100-\u312f"
    "\u31a0-\u31bf\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\ua9e0-\ua9ff\uaa60-\uaa7f\uac00-\ud7af\uf900-\ufaff"
    "\U00020000-\U0003ffff]"
)
#: Blanks between two Chinese or Japanese letters break a line, never a word.
_BETWEEN = re.compile(
    "(?<=[\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff])\\s+(?=[\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff])"
)


def comparable(text: str) -> str:
    """The comparable form of a whole text, such as an entry of a list. Runs of blanks become one space."""
    if text.isascii():
        return " ".join(text.lower().split())
    return " ".join(without_inner_blanks("".join(map(comparable_letter, clusters(text)))).split())


@lru_cache(maxsize=20_000)
def comparable_letter(cluster: str) -> str:
    """The comparable form of one letter with its marks: usually one character, several for ß, none for an invisible character."""
    plain = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", cluster).casefold())
    for seen, meant in _SAME.items():
        plain = plain.replace(seen, meant)
    if _GREEK.search(plain):
        plain = _ACCENTS.sub("", unicodedata.normalize("NFD", plain))
    return "".join(char for char in _POINTS.sub("", plain) if unicodedata.category(char) != "Cf")


def clusters(text: str) -> list[str]:
    """The text in pieces that each have one comparable form: single characters, or a letter with its combining marks."""
    if is_composed(text):
        return list(text)
    pieces: list[str] = []
    for piece in _CLUSTERS.findall(text):
        if pieces and (unicodedata.combining(piece[0]) or _joins(pieces[-1], piece)):
            pieces[-1] += piece
        else:
            pieces.append(piece)
    return pieces


def is_composed(text: str) -> bool:
    """Whether each character of the text has a comparable form by itself."""
    return unicodedata.is_normalized("NFC", text) and not any(mark in text for mark in _HALF_WIDTH_MARKS)


def _joins(before: str, piece: str) -> bool:
    """Whether two pieces of a Korean syllable, or a letter and its vowel sign, are one composed character."""
    return len(unicodedata.normalize("NFC", before + piece)) < len(unicodedata.normalize("NFC", before)) + 1


def without_inner_blanks(text: str) -> str:
    """The text without the blanks between two Chinese or Japanese letters."""
    return _BETWEEN.sub("", text)


def inner_blanks(text: str) -> list[tuple[int, int]]:
    """The places of the blanks that `without_inner_blanks` removes."""
    return [found.span() for found in _BETWEEN.finditer(text)]


@cache
def marks() -> str:
    """All combining marks that are part of the spelling, for a character class of a regular expression."""
    codes = [code for code in range(0x300, 0x1E950) if unicodedata.category(chr(code))[0] == "M"]
    return "".join(map(chr, codes))


def is_mark(char: str) -> bool:
    """Whether a character belongs to the letter before it."""
    return not char.isascii() and unicodedata.category(char)[0] == "M"


def is_unspaced(char: str) -> bool:
    """Whether a character is of a script in which words follow each other without a blank."""
    return char > "\u0dff" and _UNSPACED.match(char) is not None
