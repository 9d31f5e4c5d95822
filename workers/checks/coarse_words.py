"""Coarse words of the language that a comment is in, if that is not English."""

from collections.abc import Iterator

from service.domain.policy.signals import Kind, Signal, Span
from workers.checks.languages.coarse_words import UNSURE, Find, coarse_words
from workers.checks.languages.told import ENGLISH
from workers.checks.prepared import Prepared

CHECK = "coarse_words"
#: The score of a coarse word and of a mild one. A coarse word holds the comment; no word of another language rejects it.
COARSE, MILD = 0.6, 0.5
#: The lists of this many possible languages are tried, if the text is too short to tell one.
MOST_CANDIDATES = 3
MOST_SPANS, MOST_NAMED = 20, 5


def check(prepared: Prepared) -> Iterator[Signal]:
    """At most one signal for coarse words, and one for mild ones."""
    languages = _languages(prepared)
    if not languages:
        return
    original = prepared.reading.text
    text = original.lower()
    if len(text) != len(original):
        # A few capital letters (İ) become two small ones, which would move all places behind them.
        text = "".join(char if len(char.lower()) != 1 else char.lower() for char in original)
    finds = _first_at_each_place(find for language in languages for find in _finds(language, text))
    allowed = frozenset(word.lower() for word in prepared.reading.lists.allowed_words)
    for mild in (False, True):
        of_tier = [f for f in finds if f.mild is mild and f.entry not in allowed and text[f.start : f.end] not in allowed]
        if of_tier:
            yield _signal(of_tier, original, mild=mild)


def _languages(prepared: Prepared) -> tuple[str, ...]:
    """The languages whose lists are searched; none for an English text."""
    told = prepared.told
    if told.language:
        return () if told.language == ENGLISH else (told.language,)
    if told.is_plainly_english:
        return ()
    candidates = tuple(language for language in told.candidates if language != ENGLISH)[:MOST_CANDIDATES]
    return (*candidates, UNSURE)


def _finds(language: str, text: str) -> Iterator[Find]:
    words = coarse_words(language)
    return words.find(text) if words else iter(())


def _first_at_each_place(finds: Iterator[Find]) -> list[Find]:
    places: dict[int, Find] = {}
    for find in finds:
        places.setdefault(find.start, find)
    return [places[start] for start in sorted(places)]


def _signal(finds: list[Find], original: str, *, mild: bool) -> Signal:
    spans = tuple(Span(f.start, f.end, original[f.start : f.end], f.entry) for f in finds[:MOST_SPANS])
    words = list(dict.fromkeys(original[f.start : f.end].lower() for f in finds))
    rule = (
        ("mild profanity: " if mild else "offensive word: ")
        + ", ".join(words[:MOST_NAMED])
        + (" and more" if len(words) > MOST_NAMED else "")
    )
    return Signal(Kind.PROFANITY_MILD, MILD if mild else COARSE, rule, spans, check=CHECK)
