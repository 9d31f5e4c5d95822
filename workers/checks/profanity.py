"""Profanity, plain or disguised, in English and in the language of the comment: the words, and the spelling they were read as."""

from collections.abc import Iterator
from typing import NamedTuple

from service.domain.policy.signals import Field, Kind, Signal, Span
from service.domain.text.comparable import comparable
from workers.checks import site_lists
from workers.checks.languages.coarse_finds import coarse_finds
from workers.checks.prepared import Prepared
from workers.checks.text.disguises import disguises
from workers.checks.text.lexicon import Tier
from workers.checks.text.normalize import Folded
from workers.checks.text.profane_words import ProfaneWords, profane_words

CHECK = "profanity"
#: The score for a word of each tier. By default a mild word is shown to moderators, but does not hold the comment.
SCORES = {Tier.STRONG: 0.9, Tier.COARSE: 0.6, Tier.MILD: 0.5}
_NAMES = {Tier.STRONG: "strong profanity", Tier.COARSE: "offensive word", Tier.MILD: "mild profanity"}
#: Maximum number of places per signal: more tell a moderator nothing new.
MOST_SPANS = 20


class ProfaneWord(NamedTuple):
    """A profane word: its tier, the entry of a list that it was read as, and its place."""

    tier: Tier
    read_as: str
    span: Span


def check(prepared: Prepared) -> Iterator[Signal]:
    """One signal per tier, most severe first: strong words, then coarse and mild ones."""
    english, others = _english(prepared.text, prepared.profane, Field.TEXT), _in_other_languages(prepared)
    words = _not_allowed(prepared, [*english, *others])
    if others:
        words = _without_overlaps(words)
    if prepared.name.text:
        words += _not_allowed(prepared, finds(prepared.name, field=Field.AUTHOR_NAME))
    if not words:
        return
    for tier in (Tier.STRONG, Tier.COARSE, Tier.MILD):
        if spans := [word.span for word in words if word.tier is tier]:
            yield _signal(tier, spans)


def finds(folded: Folded, *, field: Field = Field.TEXT) -> list[ProfaneWord]:
    """The English profanity in one text."""
    tokens = set(folded.text.split())
    words = profane_words(folded, tokens, disguises(folded.text, tokens), is_name=field is Field.AUTHOR_NAME)
    return _english(folded, words, field)


def _english(folded: Folded, found: ProfaneWords, field: Field) -> list[ProfaneWord]:
    return [
        ProfaneWord(Tier(entry.weight), entry.read_as, folded.span(start, end, read_as=entry.read_as, field=field))
        for start, end, entry in found.places
    ]


def _in_other_languages(prepared: Prepared) -> list[ProfaneWord]:
    # The sentence names these words as they stand in the text: an entry of a list may be a stem only.
    places = [(find, prepared.reading.text[find.start : find.end]) for find in coarse_finds(prepared.reading.text, prepared.told)]
    return [
        ProfaneWord(Tier.MILD if find.mild else Tier.COARSE, find.entry, Span(find.start, find.end, text, text.lower()))
        for find, text in places
    ]


def _not_allowed(prepared: Prepared, words: list[ProfaneWord]) -> list[ProfaneWord]:
    """The words without those that the site allows."""
    if not words:
        return []
    entries, places = frozenset(map(comparable, prepared.reading.lists.allowed_words)), site_lists.allowed(prepared)
    return [word for word in words if comparable(word.read_as) not in entries and not site_lists.is_allowed(word.span, places)]


def _without_overlaps(words: list[ProfaneWord]) -> list[ProfaneWord]:
    """Of overlapping words, the first is kept, unless the second is more severe: some words stand in the lists of two languages."""
    kept: list[ProfaneWord] = []
    for word in sorted(words, key=lambda word: (word.span.start, -word.tier, -word.span.end)):
        if not kept or word.span.start >= kept[-1].span.end:
            kept.append(word)
        elif word.tier > kept[-1].tier:
            kept[-1] = word
    return kept


def _signal(tier: Tier, spans: list[Span]) -> Signal:
    words = list(dict.fromkeys(span.read_as for span in spans))
    listed = ", ".join(words[:5]) + (" and more" if len(words) > 5 else "")
    return Signal(
        Kind.PROFANITY_STRONG if tier is Tier.STRONG else Kind.PROFANITY_MILD,
        SCORES[tier],
        f"{_NAMES[tier]}: {listed}",
        spans=tuple(spans[:MOST_SPANS]),
        strong=tier is Tier.STRONG,
        check=CHECK,
    )
