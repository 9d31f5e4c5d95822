"""Finds the words, phrases and globs of a site's list in a text, in every script and through disguises."""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from ahocorasick_rs import AhoCorasick, Implementation

from service.domain.policy.signals import Field, Span
from service.domain.text.comparable import comparable, is_mark, is_unspaced
from service.domain.text.wildcards import found_at, parts_of, word_pattern
from workers.checks.text.characters import LETTERS, table
from workers.checks.text.comparable_view import comparable_view
from workers.checks.text.disguises import Disguise
from workers.checks.text.normalize import Folded

#: Globs are matched against the first MOST_WORDS words only, so that no site's list can make the check slow.
MOST_WORDS, MOST_FINDS = 5_000, 20
#: From this number of entries on, the compact automaton is used: the fast one takes a thousand bytes for each letter of a list.
MANY = 500
_REMEMBERED = 20_000
_ONLY_LETTERS = table(LETTERS, b" ")
_Found = tuple[int, int, str]


class ListedWords:
    """One list, compiled. `inside`: an entry also counts inside a longer word."""

    def __init__(self, listed: Sequence[str], *, inside: bool = False) -> None:
        forms = {_without_stars(form): entry for entry in listed if (form := comparable(entry))}
        words = {form: entry for form, entry in forms.items() if "*" not in form}
        self._written = _Strings(words, inside=inside)
        # A reader disguises Latin words. An entry with accents is not sought in the folded text, where "schön" reads "schon".
        plain = {form: entry for form, entry in words.items() if form.isascii()}
        self._disguisable = self._written if len(plain) == len(words) else _Strings(plain, inside=inside)
        self._globs = _Globs({form: entry for form, entry in forms.items() if "*" in form})

    def finds(self, folded: Folded, disguised: Iterable[Disguise], field: Field = Field.TEXT) -> list[Span]:
        """The entries in a text, each with its place in the posted text; at most MOST_FINDS."""
        view = comparable_view(folded.original)
        found = {
            view.whence(start, end): entry for start, end, entry in (*self._written.find(view.text), *self._globs.find(view.text))
        }
        found |= {folded.whence(start, end): entry for start, end, entry in self._seen_through(folded, disguised)}
        return [
            Span(start, end, folded.original[start:end], entry, field)
            for (start, end), entry in sorted(found.items())[:MOST_FINDS]
        ]

    def _seen_through(self, folded: Folded, disguised: Iterable[Disguise]) -> Iterator[_Found]:
        seen: dict[tuple[str, ...], str] = {}
        for one in disguised:
            if one.words not in seen:
                seen[one.words] = next((entry for word in one.words for _, _, entry in self._disguisable.find(word)), "")
            if seen[one.words]:
                yield one.start, one.end, seen[one.words]
        if folded.original.isascii():
            return
        for start, end, entry in self._disguisable.find(folded.text):
            first, last = folded.whence(start, end)
            if not is_accented(folded.original[first:last]):
                yield start, end, entry


class _Runs(dict[int, str]):
    """A table for `str.translate`: letters and marks of scripts with blanks between words stay, all else becomes a blank. Bounded,
    so that no text can fill the memory."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        kept = char if (char.isalpha() or is_mark(char)) and not is_unspaced(char) else " "
        if len(self) < _REMEMBERED:
            self[code] = kept
        return kept


_RUNS = _Runs()


class _Strings:
    """Plain words and phrases. Most entries are one word: they are looked up among the words of the text, and only if one is there
    its places are sought. The others are found in one pass."""

    def __init__(self, entries: dict[str, str], *, inside: bool) -> None:
        self._inside = inside
        self._words = {} if inside else {form: entry for form, entry in entries.items() if _is_word(form)}
        others = {form: entry for form, entry in entries.items() if form not in self._words}
        self._others = tuple(others.values())
        self._automaton = AhoCorasick(
            tuple(others),
            implementation=Implementation.DFA if len(others) < MANY else Implementation.ContiguousNFA,
            store_patterns=False,
        ) if others else None  # fmt: skip

    def find(self, text: str) -> list[_Found]:
        """The entries in the text, from left to right. Of overlapping entries the first, of those with one start the longest."""
        if not self._words and not self._automaton:
            return []
        words = sorted(self._words.keys() & _letter_runs(text))[:MOST_FINDS]
        found = [place for word in words for place in _places(text, word, self._words[word])]
        if self._automaton:
            hits = self._automaton.find_matches_as_indexes(text, overlapping=True)
            found += [(start, end, self._others[at]) for at, start, end in hits if self._inside or is_free(text, start, end)]
        kept: list[_Found] = []
        for start, end, entry in sorted(found, key=lambda hit: (hit[0], -hit[1])):
            if not kept or start >= kept[-1][1]:
                kept.append((start, end, entry))
        return kept


def _is_word(form: str) -> bool:
    if form.isascii():
        return form.isalpha()
    return _letter_runs(form) == {form}


def _letter_runs(text: str) -> set[str]:
    if text.isascii():
        return set(text.encode().translate(_ONLY_LETTERS).decode().split())
    return set(text.translate(_RUNS).split())


def _places(text: str, word: str, entry: str) -> Iterator[_Found]:
    at = text.find(word)
    while at >= 0:
        end = at + len(word)
        if is_free(text, at, end):
            yield at, end, entry
        at = text.find(word, end)


class _Globs:
    """Entries in which `*` stands for any letters. Only those are tried whose longest piece stands in the text."""

    def __init__(self, entries: dict[str, str]) -> None:
        self._entries = tuple((parts, entry) for form, entry in entries.items() if "".join(parts := parts_of(form)).strip("*"))
        pieces = [max(" ".join(parts).replace("*", " ").split(), key=len) for parts, _ in self._entries]
        self._automaton = AhoCorasick(
            pieces, implementation=Implementation.ContiguousNFA, store_patterns=False
        ) if pieces else None  # fmt: skip

    def find(self, text: str) -> list[_Found]:
        if self._automaton is None:
            return []
        tried = {at for at, _, _ in self._automaton.find_matches_as_indexes(text, overlapping=True)}
        if not tried:
            return []
        places = [match.span() for match, _ in zip(word_pattern().finditer(text), range(MOST_WORDS), strict=False)]
        words = [text[start:end] for start, end in places]
        found: list[_Found] = []
        for globs, entry in (self._entries[at] for at in sorted(tried)):
            found.extend((places[at][0], places[at + len(globs) - 1][1], entry) for at in found_at(words, globs))
            if len(found) > MOST_FINDS:
                break
        return found


def _without_stars(form: str) -> str:
    """The entry without the `*` at its ends, which mean nothing in scripts without blanks."""
    bare = form.strip("*")
    return bare if bare and is_unspaced(bare[0]) and is_unspaced(bare[-1]) and "*" not in bare else form


def is_free(text: str, start: int, end: int) -> bool:
    """Whether `text[start:end]` is a word of its own: no letter of the same word stands before or after it."""
    first, last = text[start], text[end - 1]
    alone = end - start == 1 and "\uac00" <= first <= "\ud7af"
    if start and not _ends_before(text[start - 1], first, joins=alone):
        return False
    return end == len(text) or _begins_after(last, text[end], joins=alone)


def _ends_before(before: str, first: str, *, joins: bool) -> bool:
    if first.isdigit():
        return not before.isdigit()
    if not first.isalpha() or (is_unspaced(first) and not joins):
        return True
    return not (before.isalpha() or is_mark(before)) or (is_unspaced(before) and not joins)


def _begins_after(last: str, after: str, *, joins: bool) -> bool:
    if last.isdigit():
        return not after.isdigit()
    if not (last.isalpha() or is_mark(last)):
        return True
    if is_mark(after):
        return False
    if is_unspaced(last) and not joins:
        return True
    return not after.isalpha() or (is_unspaced(after) and not joins)


def is_accented(word: str) -> bool:
    """Whether a word only has the accents of an ordinary word: then it is another word than the one without them. A word in which
    most letters have accents is a disguise."""
    letters = [unicodedata.normalize("NFD", char) for char in unicodedata.normalize("NFC", word).lower() if char.isalpha()]
    accented = [letter for letter in letters if len(letter) == 2 and letter[0].isascii()]
    plain = [letter for letter in letters if letter.isascii() and len(letter) == 1]
    return 0 < len(accented) * 2 <= len(letters) and len(accented) + len(plain) == len(letters)


@lru_cache(maxsize=512)
def compiled(listed: tuple[str, ...], *, inside: bool = False) -> ListedWords:
    """A list, compiled once."""
    return ListedWords(listed, inside=inside)
