"""Profanity, plain or disguised: the words, their places, and the spelling they were read as."""

from collections.abc import Iterable, Iterator
from functools import cache

from service.domain.policy.signals import Field, Kind, Signal, Span
from workers.checks.languages.innocent_words import is_innocent
from workers.checks.prepared import Prepared
from workers.checks.text import lexicon
from workers.checks.text.disguises import Disguise, disguises
from workers.checks.text.lexicon import Tier
from workers.checks.text.matcher import Entry, Hit, Matcher, Where
from workers.checks.text.misspellings import variants
from workers.checks.text.normalize import Folded
from workers.checks.text.starred_words import unmask
from workers.checks.text.word_lists import word_list

CHECK = "profanity"
#: The score for a word of each tier. By default a mild word is shown to moderators, but does not hold the comment.
SCORES = {Tier.STRONG: 0.9, Tier.COARSE: 0.6, Tier.MILD: 0.5}
_NAMES = {Tier.STRONG: "strong profanity", Tier.COARSE: "offensive word", Tier.MILD: "mild profanity"}
_SUFFIXES = ("", "s", "es", "z", "ed", "er", "ers", "ing")
#: Maximum number of places per signal: more tell a moderator nothing new.
MOST_SPANS = 20


def check(prepared: Prepared) -> Iterator[Signal]:
    """One signal per tier, most severe first: strong words, then coarse and mild ones."""
    places = [*finds(prepared.text, disguised=prepared.disguised), *finds(prepared.name, field=Field.AUTHOR_NAME)]
    if not places:
        return
    allowed = frozenset(word.lower() for word in prepared.reading.lists.allowed_words)
    found = [
        (Tier(tier), read_as, span)
        for tier, read_as, span in places
        if read_as not in allowed and span.text.lower() not in allowed and not is_innocent(span.text.lower(), prepared.told)
    ]
    for tier in (Tier.STRONG, Tier.COARSE, Tier.MILD):
        if spans := [span for each, _, span in found if each is tier]:
            yield _signal(tier, spans)


def finds(
    folded: Folded, *, field: Field = Field.TEXT, disguised: Iterable[Disguise] | None = None
) -> list[tuple[int, str, Span]]:
    """All profanity in one text, as (tier, the word it was read as, its span in the original)."""
    if not folded.text:
        return []
    hits = [(hit.start, hit.end, hit.entry) for hit in plain().find(folded.text)]
    seen: dict[tuple[str, ...], Entry | None] = {}
    for disguise in disguises(folded.text) if disguised is None else disguised:
        if disguise.words not in seen:
            seen[disguise.words] = _seen_through(disguise)
        if entry := seen[disguise.words]:
            hits.append((disguise.start, disguise.end, entry))
    if not hits:
        return []
    return [
        (entry.weight, entry.read_as, folded.span(start, end, read_as=entry.read_as, field=field))
        for start, end, entry in _apart(hits)
    ]


@cache
def plain() -> Matcher:
    """The matcher for the whole lexicon, with inflections and the misspellings of strong words."""
    return Matcher(_entries())


def _entries() -> Iterator[Entry]:
    yield from (Entry(innocent, innocent, 0, Where.ANYWHERE) for innocent in word_list("innocent"))
    aliases = dict(line.split("=") for line in word_list("aliases"))
    for word, tier in lexicon.lexicon().items():
        anywhere = word in word_list("inside")
        where = Where.ANYWHERE if anywhere else Where.GLUED if tier is Tier.STRONG or tier is Tier.COARSE else Where.WHOLE
        suffixes = _SUFFIXES if tier is Tier.STRONG and not anywhere else ("",)
        read_as = aliases.get(word, word)
        yield from (Entry(word + suffix, read_as, tier, where) for suffix in suffixes)
    for word in word_list("disguised"):
        yield from (Entry(spelling, word, lexicon.tier(word) or Tier.STRONG) for spelling in variants(word))


def _seen_through(disguise: Disguise) -> Entry | None:
    if word := unmask(disguise.masked):
        return Entry(disguise.masked, word, lexicon.tier(word) or Tier.STRONG)
    best: Entry | None = None
    for word in disguise.words:
        for hit in plain().find(word):
            if _covers(hit, word) and (best is None or hit.entry.weight > best.weight):
                best = hit.entry
    return best


def _covers(hit: Hit, word: str) -> bool:
    """A strong word counts anywhere in a disguised word. A coarse or mild word counts only if it is the whole disguised word."""
    return hit.entry.weight == Tier.STRONG or hit.end - hit.start >= len(word.strip(".,!?*_-'\"")) - 1


def _apart(hits: list[tuple[int, int, Entry]]) -> list[tuple[int, int, Entry]]:
    """Remove overlaps: of two overlapping finds, the first is kept, unless the second is more severe."""
    kept: list[tuple[int, int, Entry]] = []
    last = 0
    for start, end, entry in sorted(hits, key=lambda hit: (hit[0], -hit[2].weight, hit[1])):
        if start >= last:
            kept.append((start, end, entry))
            last = end
        elif kept and entry.weight > kept[-1][2].weight:
            kept[-1] = (start, end, entry)
            last = max(last, end)
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
