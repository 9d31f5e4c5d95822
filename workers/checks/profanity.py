"""Profanity, plain or disguised: the words, their places, and the spelling they were read as."""

from collections.abc import Iterable, Iterator

from service.domain.policy.signals import Field, Kind, Signal, Span
from service.domain.text.comparable import comparable
from workers.checks import site_lists
from workers.checks.prepared import Prepared
from workers.checks.text.disguises import Disguise, disguises
from workers.checks.text.lexicon import Tier
from workers.checks.text.normalize import Folded
from workers.checks.text.profane_words import ProfaneWords, profane_words

CHECK = "profanity"
#: The score for a word of each tier. By default a mild word is shown to moderators, but does not hold the comment.
SCORES = {Tier.STRONG: 0.9, Tier.COARSE: 0.6, Tier.MILD: 0.5}
_NAMES = {Tier.STRONG: "strong profanity", Tier.COARSE: "offensive word", Tier.MILD: "mild profanity"}
_SUFFIXES = ("", "s", "es", "z", "ed", "er", "ers", "ing")
#: Maximum number of places per signal: more tell a moderator nothing new.
MOST_SPANS = 20


def check(prepared: Prepared) -> Iterator[Signal]:
    """One signal per tier, most severe first: strong words, then coarse and mild ones."""
    places = [*spans_of(prepared.text, prepared.profane), *finds(prepared.name, field=Field.AUTHOR_NAME)]
    if not places:
        return
    allowed, innocent = frozenset(map(comparable, prepared.reading.lists.allowed_words)), site_lists.allowed(prepared)
    found = [
        (Tier(tier), read_as, span)
        for tier, read_as, span in places
        if read_as not in allowed and not site_lists.is_allowed(span, innocent)
    ]
    for tier in (Tier.STRONG, Tier.COARSE, Tier.MILD):
        if spans := [span for each, _, span in found if each is tier]:
            yield _signal(tier, spans)


def finds(
    folded: Folded, *, field: Field = Field.TEXT, disguised: Iterable[Disguise] | None = None
) -> list[tuple[int, str, Span]]:
    """All profanity in one text, as (tier, the word it was read as, its span in the original)."""
    read = disguises(folded.text) if disguised is None else disguised
    return spans_of(folded, profane_words(folded, read, is_name=field is Field.AUTHOR_NAME), field)


def spans_of(folded: Folded, found: ProfaneWords, field: Field = Field.TEXT) -> list[tuple[int, str, Span]]:
    """The same for words that were found before."""
    return [
        (entry.weight, entry.read_as, folded.span(start, end, read_as=entry.read_as, field=field))
        for start, end, entry in found.places
    ]


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
