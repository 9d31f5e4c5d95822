"""Language detection, by the script of a text and by its small words (which every sentence needs)."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from string import ascii_lowercase

from service.domain.text.scripts import certain_language, languages_of, script_of
from service.domain.text.small_words import FEWEST_OF_URDU, LESSER, LETTERS, ROMAN_URDU, SMALL_WORDS, TWINS

#: Only this many characters are read: the first lines are enough to detect a language.
LOOKED_AT = 300
#: A guess is sure if the text has at least FEWEST different small words of a language (or letters that no other has), and the language scores at
#: least CLEARLY times as much as the next one. Against a larger neighbour (`LESSER`) NEARLY is enough.
FEWEST, CLEARLY, NEARLY = 2, 1.4, 1.1
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
_BLANKED = bytes(code if chr(code) in ascii_lowercase + "'" else 32 for code in range(256))
#: A word that two apostrophes cut into two words.
_ENTANGLED = re.compile(r"'[a-z]*'")
_LANGUAGES = tuple(SMALL_WORDS)
_PLACE = {language: at for at, language in enumerate(_LANGUAGES)}
#: The pairs of a smaller language and its larger neighbour.
_PAIRS = frozenset((_PLACE[lesser], _PLACE[larger]) for lesser, larger in LESSER.items())
#: What the text of each language has: small words, and letters as far as few languages have them.
_SIGNS = {
    language: words | {letter for letter, languages in LETTERS.items() if language in languages}
    for language, words in SMALL_WORDS.items()
}


_MOST_POINTS = 4


def _points(sign: str) -> int:
    """How much a small word or letter says: more if few languages have it. Smaller neighbours are not counted."""
    shared_by = sum(sign in signs for language, signs in _SIGNS.items() if language not in LESSER)
    return _MOST_POINTS if shared_by <= 1 else 3 if shared_by == 2 else 2 if shared_by == 3 else 1


#: Each small word is mapped to a long number that has two bytes for each language: the points of this word if the language has
#: it, else 0. The sum of these numbers has the points of all languages at once. No text of LOOKED_AT characters overflows them.
_OF_WORD = {
    sign: sum(_points(sign) << 16 * at for at, signs in enumerate(_SIGNS.values()) if sign in signs)
    for sign in frozenset[str]().union(*_SIGNS.values())
}
#: What counts as evidence of each language: its small words, and the letters that no other language has.
_EVIDENCE = {
    language: SMALL_WORDS[language] | {sign for sign in signs if sign in LETTERS and _points(sign) == _MOST_POINTS}
    for language, signs in _SIGNS.items()
}
_KNOWN, _LETTERS = frozenset(_OF_WORD), frozenset(LETTERS)
_BYTES = 2 * len(_LANGUAGES)
_ENGLISH = SMALL_WORDS["en"]
#: With this many English small words, which are more than this share of all small words, a text is English. No other is counted.
PLAINLY, PLAIN_SHARE = 6, 0.75
#: If at least this share of a text's letters is not Latin, the script of these letters determines the language.
MOSTLY = 0.5


@dataclass(frozen=True, slots=True)
class LanguageGuess:
    """A guess from small words: the possible languages, the likeliest first, and the number of different small words of the
    likeliest language in the text."""

    languages: tuple[str, ...] = ()
    words: int = 0

    @property
    def sure(self) -> bool:
        return self.words >= FEWEST and len(self.languages) == 1


UNSURE = LanguageGuess()


def language_of(text: str) -> str:
    """The code of the language (BCP 47: `de`, `hi`, `hi-Latn` for Hinglish); empty if the text is too short or too mixed."""
    seen = text[:LOOKED_AT].lower()
    if not seen.isascii() and (script := script_of(seen)) and script.share >= MOSTLY:
        return certain_language(languages_of(script, seen), script)
    guess = language_of_words(words_of(seen))
    return guess.languages[0] if guess.sure else ""


def language_of_words(words: Collection[str]) -> LanguageGuess:
    """A guess from the small words among these words, and from the letters in them."""
    signs = _KNOWN.intersection(words)
    if not (letters := "".join(words)).isascii():
        signs |= _LETTERS.intersection(letters)
    if not signs:
        return UNSURE
    if len(english := signs & _ENGLISH) >= PLAINLY and len(english) > PLAIN_SHARE * len(signs):
        return LanguageGuess(("en",), len(english))
    points = memoryview(sum(map(_OF_WORD.__getitem__, signs)).to_bytes(_BYTES, "little")).cast("H").tolist()
    most = max(points)
    at = points.index(most)
    points[at] = 0
    near: list[tuple[int, int]] = []
    if max(points) * CLEARLY > most:
        near = [(-each, other) for other, each in enumerate(points) if each * CLEARLY > most and _is_rival(at, other, each, most)]
    languages = (_LANGUAGES[at], *(_LANGUAGES[other] for _, other in sorted(near)))
    if languages == ("hi-Latn",) and len(ROMAN_URDU.intersection(words)) >= FEWEST_OF_URDU:
        return LanguageGuess(("ur-Latn",), len(signs & _EVIDENCE["hi-Latn"]))
    return LanguageGuess(languages, len(signs & _EVIDENCE[languages[0]]))


def _is_rival(best: int, other: int, points: int, most: int) -> bool:
    """Whether another language has nearly as many points as the best one, so that the guess is not sure."""
    if (other, best) in _PAIRS:
        return _LANGUAGES[other] in TWINS and points == most
    return (best, other) not in _PAIRS or points * NEARLY > most


def is_distinguished(language: str) -> bool:
    """Whether we have small words of this language, so that a text in it is detected."""
    return language in SMALL_WORDS or language == "ur-Latn"


def words_of(seen: str) -> list[str]:
    """The words of a lower-case text. This is the same as `_WORD`, for most ASCII texts in a third of the time."""
    if not seen.isascii() or "''" in seen:
        return _WORD.findall(seen.replace("\u2019", "'"))
    line = seen.encode().translate(_BLANKED).decode()
    if "'" in line:
        line = f" {line} ".replace("' ", " ").replace(" '", " ")
        if _ENTANGLED.search(line):
            return _WORD.findall(seen)
    return line.split()
