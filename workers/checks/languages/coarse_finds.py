"""The coarse words of a text, by the lists of the languages that it may be in. English has lists and a matcher of its own."""

from collections.abc import Iterator
from dataclasses import replace

from workers.checks.languages.coarse_words import UNSURE, Find, coarse_words
from workers.checks.languages.told import ENGLISH, Told
from workers.checks.text.comparable_view import comparable_view
from workers.checks.text.innocents import innocent_languages

#: The lists of this many possible languages are tried, if the text is too short to tell one.
MOST_CANDIDATES = 3


def coarse_finds(original: str, told: Told) -> list[Find]:
    """The coarse and mild words of other languages, from left to right, with their places in the original text."""
    languages = _languages(told)
    if not languages:
        return []
    view = comparable_view(original)
    places: dict[int, Find] = {}
    for language in languages:
        for find in _finds(language, view.text):
            start, end = view.whence(find.start, find.end)
            if find.is_spelled_so(original[start:end]) and not _is_innocent(view.text[find.start : find.end], told):
                places.setdefault(start, replace(find, start=start, end=end))
    return [places[start] for start in sorted(places)]


def _is_innocent(word: str, told: Told) -> bool:
    """Whether the text is too short to tell its language, and the word is an ordinary one in a language that it may be in."""
    return not told.language and not innocent_languages(word).isdisjoint(told.candidates)


def _languages(told: Told) -> tuple[str, ...]:
    """The languages whose lists are searched; none for an English text."""
    if told.language:
        return () if told.language == ENGLISH else (told.language,)
    if told.is_plainly_english:
        return ()
    candidates = tuple(language for language in told.candidates if language != ENGLISH)[:MOST_CANDIDATES]
    return (*candidates, UNSURE)


def _finds(language: str, text: str) -> Iterator[Find]:
    words = coarse_words(language)
    return words.find(text) if words else iter(())
