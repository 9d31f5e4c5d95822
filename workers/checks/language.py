"""The language of a comment, and a reason to hold it if none of our checks covers that language."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from html import unescape
from unicodedata import normalize

from service.domain.policy.check_input import CheckInput
from service.domain.policy.language_coverage import ALL, COVERED, NAMES, code_of, covered
from service.domain.policy.signals import Kind, Signal, Span
from service.domain.text.language import FEWEST, LOOKED_AT, MOSTLY, LanguageGuess, is_distinguished, language_of_words, words_of
from service.domain.text.scripts import LANGUAGES, Script, languages_of, runs, script_of
from workers.checks.prepared import Prepared
from workers.checks.text.normalize import fold
from workers.checks.text.word_lists import word_list

CHECK = "language"
#: This score holds the comment for a person. It is no higher, because nothing is wrong with the comment itself.
SCORE = 0.5
#: If at least this share of the letters, or this number of words, is in another script, that is more than a foreign word or a
#: short quotation. One five-letter word among nine English words has this share.
SHARE, WORDS = 0.1, 3
#: A text is English if at least this share of its distinct words are common English words. A text of fewer than FEW words needs
#: a smaller share, because many of its words may be names.
ENGLISH, ENGLISH_OF_FEW, FEW = 0.3, 0.25, 10
#: With at least this share of common English words a text is English, even if its stop words suggest another language.
SURELY_ENGLISH = 0.5
#: With at least this number of distinct English stop words a text is English without further tests.
PLAINLY = 6
#: A text with fewer distinct words is too short to decide that we cannot tell its language.
ENOUGH_WORDS = 6
#: The last part of a text is judged only if it has at least this many characters.
REST = 60
MOST_SPANS = 4
_ADDRESS = re.compile(r"(?:https?://|www\.)\S+|[@#]\S+")
_TAG = re.compile(r"</?[a-z!][^<>]{0,500}>")
_WHY = "; no check covers this language, so a person decides"
_UNTOLD = "we could not tell the language; our checks may not be able to read it, so a person decides"


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of a text with its words, and the language that its stop words suggest."""

    text: str
    words: list[str]
    told: LanguageGuess

    @classmethod
    def of(cls, text: str) -> "_Part":
        words = words_of(text)
        return cls(text, words, language_of_words(words))


def check(prepared: Prepared) -> Iterator[Signal]:
    """Holds a comment in a language that neither our checks cover nor the site accepts.

    Otherwise, if the host does not send the language of the comment, gives a signal with score 0 that names it.
    """
    reading = prepared.reading
    text = _plain(reading.text)
    script = None if text.isascii() else script_of(text)
    parts = _parts(text)
    if ALL not in reading.languages and (signal := _not_covered(reading, text, script, parts)):
        yield signal
    elif not reading.circumstances.language and (spoken := _spoken(text, script, parts)):
        yield Signal(Kind.SITE_LANGUAGE, 0.0, f"written in {spoken}", check=CHECK)


def _parts(text: str) -> list[_Part]:
    """Split the text into parts that are judged one by one, since the language may change. A short last part is left out."""
    starts = [at for at in range(0, len(text), LOOKED_AT) if not at or len(text) - at >= REST]
    return [_Part.of(text[at : at + LOOKED_AT]) for at in starts]


def _spoken(text: str, script: Script | None, parts: list[_Part]) -> str:
    if script and script.share >= MOSTLY:
        return next(iter(languages_of(script, text)), "")
    return parts[0].told.languages[0] if parts and parts[0].told.sure else ""


def _not_covered(reading: CheckInput, text: str, script: Script | None, parts: list[_Part]) -> Signal | None:
    claimed = code_of(reading.circumstances.language)
    if script and (script.share >= SHARE or script.words >= WORDS):
        languages = _narrowed(languages_of(script, text), claimed)
        if not covered(languages, reading.languages):
            return _of_script(reading.text, script, languages)
        if script.share >= MOSTLY:
            return None
    rule = next(filter(None, (_of_part(part, claimed, reading.languages) for part in parts)), "")
    return Signal(Kind.SITE_LANGUAGE_NOT_COVERED, SCORE, rule, check=CHECK) if rule else None


def _of_script(original: str, script: Script, languages: tuple[str, ...]) -> Signal:
    if script.share >= MOSTLY:
        named = _named(languages) if languages else f"written in {script.name.capitalize()} letters"
        return Signal(Kind.SITE_LANGUAGE_NOT_COVERED, SCORE, named + _WHY, check=CHECK)
    named = f"partly {_named(languages[:1])}" if languages else f"partly written in {script.name.capitalize()} letters"
    spans = tuple(Span(start, end, original[start:end]) for start, end in runs(original)[:MOST_SPANS])
    return Signal(Kind.SITE_LANGUAGE_NOT_COVERED, SCORE, named + _WHY, spans, check=CHECK)


def _of_part(part: _Part, claimed: str, taken: tuple[str, ...]) -> str:
    """The reason to hold a part in Latin letters; empty if there is none."""
    if part.told.sure and part.told.words >= PLAINLY and not COVERED.isdisjoint(part.told.languages):
        return ""
    words = _different(part.words)
    # Single letters are not counted: some languages have one-letter words, but in English they are initials or half of "it's".
    told = language_of_words(words)
    another = told.words >= FEWEST and COVERED.isdisjoint(told.languages)
    needed = SURELY_ENGLISH if another else ENGLISH if len(words) >= FEW else ENGLISH_OF_FEW
    if not words or _english(words) >= needed or _disguised(part.text):
        return ""
    if another:
        languages = _narrowed(told.languages, claimed)
        return "" if covered(languages, taken) else _named(languages) + _WHY
    if claimed and claimed not in COVERED:
        return "" if claimed in taken else _named((claimed,)) + ", as your site says" + _WHY
    may_be_taken = any(language in told.languages or _never_told(language) for language in taken)
    return "" if len(words) < ENOUGH_WORDS or may_be_taken else _UNTOLD


def _disguised(text: str) -> bool:
    """Whether the text is English once look-alike characters are folded to Latin letters."""
    return not text.isascii() and _english(_different(words_of(fold(text).text))) >= SURELY_ENGLISH


def _plain(original: str) -> str:
    """The text in lower case as a browser shows it, without URLs, @names and #tags. Styled letters become plain (NFKC)."""
    text = original.lower()
    if "<" in text:
        text = _TAG.sub(" ", text)
    if "&" in text:
        text = unescape(text)
    if not text.isascii():
        text = normalize("NFKC", text)
    return _ADDRESS.sub(" ", text) if "@" in text or "#" in text or "//" in text or "www." in text else text


def _different(words: list[str]) -> set[str]:
    """The distinct words in Latin letters, without single letters from a to z."""
    return {word for word in words if (len(word) > 1 or word > "z") and (word[0] < "\u0370" or "\u1e00" <= word[0] < "\u1f00")}


def _english(words: set[str]) -> float:
    return len(_common().intersection(words)) / len(words) if words else 0.0


def _narrowed(languages: tuple[str, ...], claimed: str) -> tuple[str, ...]:
    """The language that the host claims, if it is among the candidates; else all candidates."""
    return (claimed,) if claimed in languages else languages


def _named(languages: tuple[str, ...]) -> str:
    likeliest = languages[0]
    return f"{'probably ' if len(languages) > 1 else ''}written in {NAMES.get(likeliest, likeliest)} ({likeliest})"


def _never_told(language: str) -> bool:
    """Whether we can never detect this language: it uses Latin letters, and we have no list of its stop words.

    A text whose language we could not tell may be in this language.
    """
    return not is_distinguished(language) and all(language not in languages for languages in LANGUAGES.values())


@cache
def _common() -> frozenset[str]:
    return frozenset(word_list("english"))
