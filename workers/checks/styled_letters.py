"""Styled letters: names that are written in mathematical, circled or small letters, or letter by letter, as betting sites do."""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from service.domain.policy.signals import Kind, Signal, Span
from workers.checks.prepared import Prepared
from workers.checks.text.characters import DIGITS, count, has_lone_letters

CHECK = "styled_letters"
#: Letters that stand in for Latin ones: mathematical, full-width, circled, squared and small capitals, and letters with a stroke, a
#: ring or a box over them.
_STYLED = (
    r"\U0001D400-\U0001D7FF\uFF21-\uFF3A\uFF41-\uFF5A\u24B6-\u24E9\U0001F110-\U0001F12B\U0001F130-\U0001F189\u1D00-\u1D2B"
    r"\u0262\u026A\u0274\u0280\u028F\u0299\u029C\u029F\u249C-\u24B5\u2102-\u2115\u2117-\u2121\u2123-\u2149"
)
#: Letters of scripts that look like drawings of Latin ones. They count only in a word that has a Latin letter or a digit, too.
_DRAWN = r"\u1400-\u167F\u13A0-\u13FF\uA4D0-\uA4FF\uABB0-\uABBF"
#: Marks that no spelling uses: lines, rings, boxes and zigzags over, under and through letters.
_DRAWN_OVER = r"\u0305\u030D\u030E\u0310\u0316-\u0319\u031C-\u0322\u0332-\u033F\u0346-\u034E\u0350-\u0362\u0489\u20D0-\u20E3"
_ONE = re.compile(rf"[{_STYLED}]|\w[{_DRAWN_OVER}]")
_ONE_DRAWN = re.compile(rf"[{_DRAWN}]")
#: Raised and lowered letters. Two of them are usual (5th, 1er).
_RAISED = re.compile(r"[\u02B0-\u02B8\u02E0-\u02E4\u1D2C-\u1D7F\u2071\u207F\u2090-\u209C]")
_WORD, _LATIN_OR_DIGIT = re.compile(r"\S+"), re.compile(r"[A-Za-z0-9]")
#: Full-width letters are usual in Chinese, Japanese and Korean texts.
_WIDE_SCRIPT = re.compile(r"[\u3040-\u30FF\u3400-\u9FFF\uAC00-\uD7AF]")
_WIDE = {code: code - 0xFEE0 for code in range(0xFF21, 0xFF5B)}
_CHARACTER = rf"[A-Za-z0-9{_STYLED}]"
#: Letters and digits one by one, with blanks or signs between them (V I S A 4 D), or each in brackets.
_SPACED = re.compile(rf"(?<![\w'’]){_CHARACTER}(?:[ .\-~|*+/_]{{1,3}}{_CHARACTER}){{4,20}}[0-9]{{0,3}}(?![\w'’])")
_BRACKETED = re.compile(rf"(?:[\[({{【『「〔]{_CHARACTER}[\])}}】』」〕] ?){{4,20}}")
_LETTER, _DIGIT = re.compile(r"[A-Za-z]"), re.compile(r"[0-9]")
LONGEST = 2_000


def check(prepared: Prepared) -> Iterator[Signal]:
    """One signal for names that stand out: a few words are styled or spelled out, and the other words are not."""
    text = prepared.reading.text[:LONGEST]
    if spans := tuple(Span(start, end, text[start:end]) for start, end in _names(text)):
        yield Signal(Kind.SPAM_STYLED, 0.7, f"a name in styled letters: {spans[0].text}", spans[:20], check=CHECK)


def styled_words(text: str) -> list[tuple[int, int]]:
    """The places of the words that are written in styled letters."""
    if text.isascii():
        return []
    if _WIDE_SCRIPT.search(text):
        text = text.translate(_WIDE)
    return [word.span() for word in _WORD.finditer(text) if not word[0].isascii() and _is_styled(word[0])]


@lru_cache(maxsize=256)
def spelled_names(text: str) -> tuple[tuple[int, int], ...]:
    """The places of names with a digit that are spelled letter by letter. The spam model asks for them, too: for each comment of a
    group, before this check does."""
    if (text.isascii() and not count(text, DIGITS)) or not has_lone_letters(text):
        return ()
    found = (*_SPACED.finditer(text), *_BRACKETED.finditer(text))
    return tuple(match.span() for match in found if _is_name(unicodedata.normalize("NFKC", match[0])))


def _names(text: str) -> Iterator[tuple[int, int]]:
    yield from spelled_names(text)
    styled = styled_words(text)
    if not styled:
        return
    others = sum(any(map(str.isalpha, word)) for word in text.split()) - len(styled)
    # A reader who writes the whole comment in styled letters advertises nothing by it, unless a word is a name with a number.
    numbered = (place for place in styled if _is_name(unicodedata.normalize("NFKC", text[slice(*place)])))
    yield from styled if others >= len(styled) else numbered


def _is_styled(word: str) -> bool:
    drawn = len(_ONE_DRAWN.findall(word)) if _LATIN_OR_DIGIT.search(word) else 0
    styled = len(_ONE.findall(word)) + drawn
    return styled >= 2 or len(_RAISED.findall(word)) >= 4 or (styled == 1 and _is_name(unicodedata.normalize("NFKC", word)))


def _is_name(plain: str) -> bool:
    return len(_LETTER.findall(plain)) >= 3 and bool(_DIGIT.search(plain))
