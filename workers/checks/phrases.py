"""What advertisers and template programs say in a text. What stands in a name or a website is the names check's."""

from collections.abc import Iterator
from functools import cache

from service.domain.policy.signals import Field, Kind, Signal, Span
from workers.checks.prepared import Prepared
from workers.checks.text.matcher import Entry, Matcher, Where
from workers.checks.text.normalize import Folded
from workers.checks.text.word_lists import word_list

CHECK = "phrases"
#: How likely so many different finds make a comment unwanted. One may be a coincidence, several are a pitch.
_BY_COUNT = (0.0, 0.3, 0.65, 0.85, 0.95)
#: Flattery weighs less from somebody who advertises no website.
_FLATTERY = 1
_PITCH = 2


def check(prepared: Prepared) -> Iterator[Signal]:
    """One signal for all finds; different words count, the same word said again does not."""
    author = prepared.reading.author
    found = dict(_finds(prepared.text, Field.TEXT))
    advertises = bool(author.url or prepared.links)
    counted = {spelling: span for (spelling, weight), span in found.items() if weight == _PITCH or advertises}
    if not counted:
        return
    pitched = any(weight == _PITCH for _, weight in found)
    score = _BY_COUNT[min(len(counted), len(_BY_COUNT) - 1)]
    spans = tuple(counted.values())
    named = ", ".join(f"'{spelling}'" for spelling in list(counted)[:4])
    rule = f"{len(counted)} phrases of advertisers: {named}" if len(counted) > 1 else f"a phrase of advertisers: {named}"
    yield Signal(Kind.SPAM_PHRASES, score, rule, spans[:20], strong=len(counted) >= 3 or pitched, check=CHECK)


def pitches(folded: Folded, field: Field) -> dict[str, Span]:
    """What is sold or invited to in a folded text, each phrase with its last place."""
    return {spelling: span for (spelling, weight), span in _finds(folded, field) if weight == _PITCH}


def _finds(folded: Folded, field: Field) -> Iterator[tuple[tuple[str, int], Span]]:
    for hit in _matcher().find(folded.text):
        entry = hit.entry
        yield (entry.read_as, entry.weight), folded.span(hit.start, hit.end, read_as=entry.read_as, field=field)


@cache
def _matcher() -> Matcher:
    pitches = [Entry(phrase, phrase, _PITCH, Where.WHOLE) for phrase in (*word_list("goods"), *word_list("invitations"))]
    return Matcher([*pitches, *(Entry(phrase, phrase, _FLATTERY, Where.WHOLE) for phrase in word_list("flattery"))])
