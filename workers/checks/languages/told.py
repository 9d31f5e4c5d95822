"""The language of a comment: its script, and what the small words of each part of its text suggest."""

import re
from dataclasses import dataclass
from functools import cache
from html import unescape
from unicodedata import normalize

from service.domain.text.language import LOOKED_AT, MOSTLY, LanguageGuess, language_of_words, words_of
from service.domain.text.scripts import Script, certain_language, languages_of, script_of
from workers.checks.text.word_lists import word_list

#: The last part of a text is judged only if it has at least this many characters.
REST = 60
#: With at least this share of common English words a text is English, even if its small words suggest another language.
SURELY_ENGLISH = 0.5
#: A text with at least this share of them is in no other language for sure, if at most FEW small words suggest that language:
#: "I hope they rot in hell" has the two Italian words i and in.
PERHAPS_ENGLISH, FEW = 0.3, 3
ENGLISH = "en"
_ADDRESS = re.compile(r"(?:https?://|www\.)\S+|[@#]\S+")
_TAG = re.compile(r"</?[a-z!][^<>]{0,500}>")


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a text with its words, and the language that its small words suggest."""

    text: str
    words: list[str]
    guess: LanguageGuess

    @classmethod
    def of(cls, text: str) -> "Part":
        words = words_of(text)
        return cls(text, words, language_of_words(words))


@dataclass(frozen=True, slots=True)
class Told:
    """`text`: as a browser shows it, in lower case. `script`: its letters beyond Latin. `parts`: judged one by one, since the
    language may change. `language`: its code (BCP 47); empty if the text is too short or too mixed to tell."""

    text: str
    script: Script | None
    parts: list[Part]
    language: str

    @classmethod
    def of(cls, original: str) -> "Told":
        text = plain(original)
        starts = [at for at in range(0, len(text), LOOKED_AT) if not at or len(text) - at >= REST]
        parts = [Part.of(text[at : at + LOOKED_AT]) for at in starts]
        script = None if text.isascii() else script_of(text)
        if script and script.share >= MOSTLY:
            return cls(text, script, parts, certain_language(languages_of(script, text), script))
        return cls(text, script, parts, _language(parts[0]) if parts else "")

    @property
    def read_as(self) -> str:
        """The language whose words and model are tried: the one that was told, or the likeliest of those that share its script."""
        if self.language or not (self.script and self.script.share >= MOSTLY):
            return self.language
        return next(iter(self.candidates), "")

    @property
    def is_plainly_english(self) -> bool:
        """Whether at least half of the words are common English ones."""
        return bool(self.parts) and english_share(different(self.parts[0].words)) >= SURELY_ENGLISH

    @property
    def candidates(self) -> tuple[str, ...]:
        """The possible languages, the likeliest first; empty if nothing suggests any."""
        if self.script and self.script.share >= MOSTLY:
            return languages_of(self.script, self.text)
        return self.parts[0].guess.languages if self.parts else ()


def _language(first: Part) -> str:
    guess = first.guess
    if not guess.sure:
        return ""
    if guess.languages[0] == ENGLISH:
        return ENGLISH
    share = english_share(different(first.words))
    if share >= SURELY_ENGLISH:
        return ENGLISH
    return "" if guess.words <= FEW and share >= PERHAPS_ENGLISH else guess.languages[0]


def plain(original: str) -> str:
    """The text in lower case as a browser shows it, without URLs, @names and #tags. Styled letters become plain (NFKC)."""
    text = original.lower()
    if "<" in text:
        text = _TAG.sub(" ", text)
    if "&" in text:
        text = unescape(text)
    if not text.isascii():
        text = normalize("NFKC", text)
    return _ADDRESS.sub(" ", text) if "@" in text or "#" in text or "//" in text or "www." in text else text


def different(words: list[str]) -> set[str]:
    """The distinct words in Latin letters, without single letters from a to z."""
    return {word for word in words if (len(word) > 1 or word > "z") and (word[0] < "\u0370" or "\u1e00" <= word[0] < "\u1f00")}


def english_share(words: set[str]) -> float:
    """The share of these words that are common English words."""
    return len(_common().intersection(words)) / len(words) if words else 0.0


@cache
def _common() -> frozenset[str]:
    return frozenset(word_list("english"))
