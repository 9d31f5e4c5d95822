"""Finds the coarse words of one language: whole words, stems with their endings, and phrases.

The list is `coarse.txt` beside this file, in sections by language. Languages without blanks between words are searched as they are.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from unicodedata import normalize

from ahocorasick_rs import AhoCorasick

from service.domain.text.comparable import comparable

#: Languages that put no blank between words: an entry counts wherever it stands.
UNSPACED = frozenset({"zh", "ja", "th", "yue", "lo", "km", "my"})
#: Roman Urdu and Hinglish share one list. A text in Devanagari or in Urdu letters may have words of it, too.
_SAME = {"ur-Latn": "hi-Latn"}
_BESIDE = {"hi": "hi-Latn", "ur": "hi-Latn", "mr": "hi-Latn"}
#: The list for a text whose language is not told: long words that no other language has.
UNSURE = "unsure"
#: Only the first words of a long text are searched, so that no text is slow.
MOST_WORDS, MOST_LETTERS = 2_000, 6_000
_SHORTEST_STEM = 2
_MARKS = r"\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u0900-\u0dff\u0e30-\u0e4f"
_WORD = re.compile(rf"[\w{_MARKS}]+(?:[.-][\w{_MARKS}]+)*")
#: A mild word is denied by a phrase at most this many characters before it, in the same sentence.
_DENIED_WITHIN = 50
#: "Not only an idiot" denies nothing.
_NOT_ONLY = "nur|bloß|seulement|solo|sólo|solamente|só|apenas|somente|alleen|maar|فقط"
_REPEATED = re.compile(r"(\w)\1{2,}")
_LEET = str.maketrans("013457@$", "oieastas")


def _base(letter: str) -> str:
    """The letter without its accent; empty if it has none."""
    first = normalize("NFKD", letter)[0]
    return first if first != letter else ""


#: Letters of the same sound or shape that people use for one another: Arabic alif, ya and ta marbuta, accents, stress marks.
_PLAIN: dict[int, str] = {
    **{code: base for code in (*range(0xC0, 0x250), *range(0x370, 0x400), *range(0x1E00, 0x1F00)) if (base := _base(chr(code)))},
    **{ord(letter): plain for letter, plain in zip("أإآٱىةؤئيكیکłđøœæ", (*"ااااىهوىىكىكldo", "oe", "ae"), strict=True)},
    **dict.fromkeys((*range(0x300, 0x370), 0x93C), ""),
}


@dataclass(frozen=True, slots=True)
class Find:
    """One coarse word: `[start, end)` in the searched text, the entry as the list writes it, and whether it is only mild."""

    start: int
    end: int
    entry: str
    mild: bool

    def is_spelled_so(self, original: str) -> bool:
        """Whether the original may mean this entry. An entry with = must stand there letter by letter, and Turkish has two letters i:
        "sık" (often) is not "sik", though people type "sik" for both."""
        letters = original.lower()
        return (
            letters == self.entry[1:]
            if self.entry.startswith("=")
            else "ı" in self.entry or "ı" not in letters[: len(self.entry)]
        )


@dataclass(slots=True)
class CoarseWords:
    """The compiled list of one language. The values of the tables are (entry, mild)."""

    whole: dict[str, tuple[str, bool]] = field(default_factory=dict)
    stems: dict[str, tuple[str, bool]] = field(default_factory=dict)
    phrases: dict[str, list[tuple[tuple[str, ...], str, bool]]] = field(default_factory=dict)
    anywhere: list[tuple[str, bool]] = field(default_factory=list)
    #: Those of `anywhere` that count at the end of a word only.
    ends: set[str] = field(default_factory=set)
    #: Phrases that deny: "are no", "I never said", "anything but".
    denials: list[str] = field(default_factory=list)
    _automaton: AhoCorasick | None = None
    longest_stem: int = 0

    def find(self, text: str) -> Iterator[Find]:
        """All coarse words in a text in comparable form, from left to right."""
        if self.anywhere:
            yield from self._anywhere(text[:MOST_LETTERS])
        if not (self.whole or self.stems):
            return
        matches = [match for _, match in zip(range(MOST_WORDS), _WORD.finditer(text), strict=False)]
        words = [match[0] for match in matches]
        for at, word in enumerate(words):
            start = matches[at].start()
            if found := self._phrase(words, at):
                length, entry, mild = found
                yield Find(start, matches[at + length - 1].end(), entry, mild)
            elif (one := self._word(word)) and not (one[1] and self._is_denied(text, start)):
                yield Find(start, matches[at].end(), *one)

    def _is_denied(self, text: str, start: int) -> bool:
        """Whether the word that starts here is denied: "I never said that <group> are scum"."""
        if not self.denials:
            return False
        phrases = "|".join(map(re.escape, self.denials))
        denied = re.compile(rf"(?<!\w)(?:{phrases})(?!\w)(?!\s(?:{_NOT_ONLY})\b)[^.!?؟;\n]{{0,{_DENIED_WITHIN}}}$")
        return denied.search(text, max(0, start - 2 * _DENIED_WITHIN), start) is not None

    def _word(self, word: str) -> tuple[str, bool] | None:
        for spelling in _spellings(word):
            if found := self.whole.get(spelling) or self._stem(spelling):
                return found
        return None

    def _stem(self, word: str) -> tuple[str, bool] | None:
        stems = self.stems
        for end in range(min(len(word), self.longest_stem), _SHORTEST_STEM - 1, -1):
            if found := stems.get(word[:end]):
                return found
        return None

    def _phrase(self, words: list[str], at: int) -> tuple[int, str, bool] | None:
        for first in _spellings(words[at]):
            for phrase, entry, mild in self.phrases.get(first, ()):
                there = words[at : at + len(phrase)]
                if len(there) == len(phrase) and all(part in _spellings(word) for part, word in zip(phrase, there, strict=True)):
                    return len(phrase), entry, mild
        return None

    def _anywhere(self, text: str) -> Iterator[Find]:
        if self._automaton is None:
            self._automaton = AhoCorasick([entry for entry, _ in self.anywhere])
        last = 0
        for which, start, end in sorted(
            self._automaton.find_matches_as_indexes(text, overlapping=True), key=lambda m: (m[1], -m[2])
        ):
            entry, mild = self.anywhere[which]
            if start >= last and not (entry in self.ends and text[end : end + 1].isalpha()):
                yield Find(start, end, entry, mild)
                last = end

    def add(self, line: str, *, unspaced: bool) -> None:
        """Add one line of the list."""
        if line.startswith("!"):
            self.denials.append(comparable(line[1:]))
            return
        mild, entry = line.startswith("~"), line.removeprefix("~")
        written = entry.strip("*")
        core = comparable(written.removeprefix("="))
        parts = tuple(_WORD.findall(core))
        if unspaced or entry.startswith("*"):
            self.anywhere.append((core, mild))
            if not (unspaced or entry.endswith("*")):
                self.ends.add(core)
        elif len(parts) > 1:
            for parts_ in {parts, tuple(part.translate(_PLAIN) for part in parts)}:
                self.phrases.setdefault(parts_[0], []).append((parts_, written, mild))
        else:
            table = self.stems if entry.endswith("*") else self.whole
            for spelling in (core, core.translate(_PLAIN)):
                if spelling not in table or "ı" in written:
                    table[spelling] = written, mild


@cache
def coarse_words(language: str) -> CoarseWords | None:
    """The list of a language; None if we have none."""
    sections = _sections()
    name = _SAME.get(language, language)
    if name not in sections:
        return None
    words = CoarseWords()
    for section in filter(None, (name, _BESIDE.get(name, ""))):
        for line in sections[section]:
            words.add(line, unspaced=section in UNSPACED)
    words.longest_stem = max(map(len, words.stems), default=0)
    return words


@cache
def listed_languages() -> frozenset[str]:
    """The languages that have a list."""
    return (frozenset(_sections()) | frozenset(_SAME)) - {UNSURE}


@cache
def _sections() -> dict[str, list[str]]:
    sections: dict[str, list[str]] = {}
    for line in files("workers.checks.languages").joinpath("coarse.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            lines = sections.setdefault(line.strip("[]"), [])
        elif line and not line.startswith("#"):
            lines.append(line)
    return sections


def _spellings(word: str) -> tuple[str, ...]:
    """A word as it stands, with plain letters, and, if it has digits or repeated letters, without these."""
    plain = word.translate(_PLAIN)
    if not plain.isalpha() and plain.isascii():
        plain = plain.translate(_LEET)
    if _REPEATED.search(plain):
        plain = _REPEATED.sub(r"\1", plain)
    if len(plain) > 3 and plain[0] in "وفبل":
        return (word, plain, plain[1:], plain[1:].removeprefix("ال"))
    if plain.startswith("ال"):
        return (word, plain, plain[2:])
    return (word,) if plain == word else (word, plain)
