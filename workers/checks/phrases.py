"""Phrases of advertisers and of template programs in the text. The names check does the same for names and websites."""

import re
from collections.abc import Iterator
from functools import cache

from service.domain.policy.signals import Field, Kind, Signal, Span
from workers.checks.prepared import Prepared
from workers.checks.text.matcher import Entry, Matcher, Where
from workers.checks.text.normalize import Folded
from workers.checks.text.word_lists import word_list

CHECK = "phrases"
#: The score for 0, 1, 2, 3, 4 and more different phrases. One may be chance, several are an advertisement.
_BY_COUNT = (0.0, 0.3, 0.65, 0.85, 0.95)
#: Weights of entries. Flattery counts only if the author has a website or the text has a link.
_FLATTERY = 1
#: A text with fewer digits has no telephone number or short code.
_FEWEST_DIGITS = 4
_PITCH = 2
#: The name of a betting site in plain letters: a word with an ending that hundreds of them have, as they advertise in Indonesian.
#: Kawin and kahwin are "to marry".
_BETTING = re.compile(
    r"(?<![\w.@#/-])(?!\w*kah?win)(?:[a-z]{3,12}(?:toto|slot|hoki|4d|gacor|vegas|zeus|jackpot|cuan|poker)|[a-z]{5,12}win|[a-z]{3,12}(?:win|bet)(?=[0-9]))"
    r"[0-9]{0,3}(?![\w-])"
)
_BETTING_SCORE = 0.6
_BETTING_IN = frozenset({"id", "ms"})


def check(prepared: Prepared) -> Iterator[Signal]:
    """One signal for all phrases. A repeated phrase counts once."""
    author = prepared.reading.author
    found = dict(_finds(prepared.text, Field.TEXT))
    advertises = bool(author.url or prepared.links)
    counted = {spelling: span for (spelling, weight), span in found.items() if weight == _PITCH or advertises}
    betting = _betting_sites(prepared)
    if not counted and not betting:
        return
    pitched = any(weight == _PITCH for _, weight in found)
    # Where there is nothing to follow, the names of two goods may be talk about them ("Viagra and Cialis prices fell").
    count = len(counted) if advertises or _leads(prepared) else len(counted) - 1
    score = max(_BY_COUNT[min(max(count, 1), len(_BY_COUNT) - 1)], _BETTING_SCORE if betting else 0.0)
    counted |= betting
    spans = tuple(counted.values())
    named = ", ".join(f"'{spelling}'" for spelling in list(counted)[:4])
    rule = f"{len(counted)} advertising phrases: {named}" if len(counted) > 1 else f"an advertising phrase: {named}"
    yield Signal(Kind.SPAM_PHRASES, score, rule, spans[:20], strong=len(counted) >= 3 or pitched, check=CHECK)


def _betting_sites(prepared: Prepared) -> dict[str, Span]:
    """The names of betting sites in a text that is, or may be, in a language in which they advertise."""
    told = prepared.told
    if told.language not in _BETTING_IN and (told.language or _BETTING_IN.isdisjoint(told.candidates)):
        return {}
    text = prepared.text
    return {found[0]: text.span(*found.span(), read_as=found[0]) for found in _BETTING.finditer(text.text)}


def _leads(prepared: Prepared) -> bool:
    """Whether the text may have a number or a handle to follow."""
    return "@" in prepared.text.text or prepared.digits >= _FEWEST_DIGITS


def pitches(folded: Folded, field: Field) -> dict[str, Span]:
    """Phrases in a folded text that sell something or invite to something, each with the place where it occurs last."""
    return {spelling: span for (spelling, weight), span in _finds(folded, field) if weight == _PITCH}


def _finds(folded: Folded, field: Field) -> Iterator[tuple[tuple[str, int], Span]]:
    for hit in _matcher().find(folded.text):
        entry = hit.entry
        yield (entry.read_as, entry.weight), folded.span(hit.start, hit.end, read_as=entry.read_as, field=field)


@cache
def _matcher() -> Matcher:
    pitches = [Entry(phrase, phrase, _PITCH, Where.WHOLE) for phrase in (*word_list("goods"), *word_list("invitations"))]
    return Matcher([*pitches, *(Entry(phrase, phrase, _FLATTERY, Where.WHOLE) for phrase in word_list("flattery"))])
