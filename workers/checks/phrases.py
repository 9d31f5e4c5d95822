"""What advertisers and templates say, looked for over the text, the author's name and website together."""

from collections.abc import Iterator
from functools import cache

from service.domain.signals import Field, Kind, Signal, Span
from workers.checks.folding import Folded, fold
from workers.checks.listed import listed
from workers.checks.matching import Entry, Matcher, Where
from workers.checks.prepared import Prepared

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
    if prepared.name.text:
        found.update(_finds(prepared.name, Field.AUTHOR_NAME))
    advertises = bool(author.url or prepared.links)
    if author.url:
        found.update(_finds(fold(author.url.replace("-", " ").replace("_", " ")), Field.AUTHOR_URL))
    counted = {spelling: span for (spelling, weight), span in found.items() if weight == _PITCH or advertises}
    if not counted:
        return
    pitched = any(weight == _PITCH for _, weight in found)
    score = _BY_COUNT[min(len(counted), len(_BY_COUNT) - 1)]
    spans = tuple(counted.values())
    named = ", ".join(f"'{spelling}'" for spelling in list(counted)[:4])
    rule = f"{len(counted)} phrases of advertisers: {named}" if len(counted) > 1 else f"a phrase of advertisers: {named}"
    yield Signal(Kind.SPAM_PHRASES, score, rule, spans[:20], strong=len(counted) >= 3 or pitched, check=CHECK)
    if any(span.field is not Field.TEXT for span in spans):
        names = tuple(span for span in spans if span.field is not Field.TEXT)
        yield Signal(
            Kind.SPAM_NAME,
            0.6,
            f"the author's name or website advertises: {names[0].text}",
            names,
            strong=True,
            check=CHECK,
        )


def _finds(folded: Folded, field: Field) -> Iterator[tuple[tuple[str, int], Span]]:
    for hit in _matcher().find(folded.text):
        entry = hit.entry
        yield (entry.read_as, entry.weight), folded.span(hit.start, hit.end, read_as=entry.read_as, field=field)


@cache
def _matcher() -> Matcher:
    pitches = [Entry(phrase, phrase, _PITCH, Where.WHOLE) for phrase in (*listed("goods"), *listed("invitations"))]
    return Matcher([*pitches, *(Entry(phrase, phrase, _FLATTERY, Where.WHOLE) for phrase in listed("flattery"))])
