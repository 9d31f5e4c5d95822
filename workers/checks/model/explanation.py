"""Which words of a comment made its score: those without which the score would be below the limit.

A linear model adds up the features that it finds. Taking a word out takes out the features that it is part of: its pieces, and the
pairs and triples that stand over it. So the words that bring most are taken out one after another, until the score of the rest is
below the limit. The text is read once more for this, not once for each word.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from service.domain.policy.check_input import CheckInput
from service.domain.policy.signals import Span
from workers.checks.model.linear import Hit, log_odds
from workers.checks.model.ngrams import HEAD, TAIL, words_as_read
from workers.checks.prepared import Prepared
from workers.checks.text.normalize import Folded

#: Maximum number of words and links that an explanation names. A reason with more says no more than "the whole text".
MOST, MOST_LINKS = 10, 3
#: A link is named if the log-odds of the comment without it are lower by this much.
_TELLING_LINK = 0.5
_CHUNK = re.compile(r"\S+")
_EDGE = re.compile(r"^[\W_]+|[\W_]+$")


@dataclass(frozen=True, slots=True)
class Scoring:
    """How a model scores.

    `find`: the features of a line of words, and those of a line of chunks. `score`: the probability for these features, and for the
    style of a comment; `whole`: the probability for a whole comment, None if links and style hardly count. `limit`: the score from which a comment is held.
    """

    find: Callable[[str, str], tuple[list[Hit], list[Hit]]]
    score: Callable[[set[int | str], Prepared], float]
    whole: Callable[[Prepared], float] | None
    limit: float


def deciding_words(prepared: Prepared, scoring: Scoring, score: float) -> tuple[Span, ...]:
    """The words and links, as they stand in the text, without which the score is below the limit. If the score stays above it: those
    that weigh most."""
    named = list(_telling_links(prepared, scoring, score))
    rest = prepared
    if named and scoring.whole:
        rest = Prepared.of(_reading_without(prepared.reading, named))
        if scoring.whole(rest) < scoring.limit:
            return _in_order(named)
    return _in_order([*named, *_heaviest_words(prepared, rest, scoring)])


def without(text: str, spans: Sequence[Span]) -> str:
    """The text without these spans."""
    for span in sorted(spans, key=lambda span: -span.start):
        text = f"{text[: span.start]} {text[span.end :]}"
    return " ".join(text.split())


def _reading_without(reading: CheckInput, spans: Sequence[Span]) -> CheckInput:
    return replace(reading, text=without(reading.text, spans))


def _in_order(spans: Sequence[Span]) -> tuple[Span, ...]:
    return tuple(sorted(spans, key=lambda span: span.start))


def _telling_links(prepared: Prepared, scoring: Scoring, score: float) -> Iterator[Span]:
    text, whole = prepared.reading.text, scoring.whole
    if whole is None:
        return
    for link in prepared.links[:MOST_LINKS]:
        span = Span(link.start, link.end, text[link.start : link.end], link.host)
        without_it = whole(Prepared.of(_reading_without(prepared.reading, [span])))
        if log_odds(score) - log_odds(without_it) >= _TELLING_LINK:
            yield span


def _heaviest_words(prepared: Prepared, rest: Prepared, scoring: Scoring) -> Iterator[Span]:
    """The places of the words that bring most, heaviest first, until the score of the others is below the limit.

    `rest`: the comment without its telling links.
    """
    chunks = _chunks(prepared)
    places = _places(chunks, scoring)
    weights: dict[str, float] = {}
    for weight, hits in places.values():
        for word in hits[0] if len(hits) == 1 else dict.fromkeys(word for hit in hits for word in hit):
            weights[word] = weights.get(word, 0.0) + weight
    gone: set[str] = set()
    for word in sorted((word for word in weights if weights[word] > 0), key=lambda word: (-weights[word], word))[:MOST]:
        gone.add(word)
        spans = [span for name, _, span in chunks if name in gone]
        yield from (span for span in spans if span.read_as == word)
        left = {feature for feature, (_, hits) in places.items() if any(gone.isdisjoint(hit) for hit in hits)}
        if scoring.score(left, rest) < scoring.limit and _is_enough(rest, prepared, spans, scoring):
            return


def _is_enough(rest: Prepared, prepared: Prepared, spans: Sequence[Span], scoring: Scoring) -> bool:
    """Whether the score stays below the limit when the style of the comment is read again without these words."""
    if scoring.whole is None:
        return True
    links = [Span(link.start, link.end, "") for link in prepared.links[:MOST_LINKS]] if rest is not prepared else []
    return scoring.whole(Prepared.of(_reading_without(prepared.reading, [*spans, *links]))) < scoring.limit


_Chunk = tuple[str, str, Span]


def _chunks(prepared: Prepared) -> list[_Chunk]:
    """The words of the text without the signs around them, the chunk of each, and its place. Links are left out."""
    folded = prepared.text
    found = ((match.start(), match[0]) for match in _CHUNK.finditer(folded.text[: HEAD + TAIL]))
    chunks = ((name, chunk, _span(folded, start, chunk, name)) for start, chunk in found if (name := _EDGE.sub("", chunk)))
    return [each for each in chunks if not any(each[2].start < link.end and link.start < each[2].end for link in prepared.links)]


def _span(folded: Folded, start: int, chunk: str, name: str) -> Span:
    offset = start + chunk.find(name)
    return folded.span(offset, offset + len(name), read_as=name)


def _places(chunks: Sequence[_Chunk], scoring: Scoring) -> dict[int | str, tuple[float, list[tuple[str, ...]]]]:
    """Each feature of the text with its weight, and for each place where it was found the words that it stands over."""
    words = [(word, name) for name, chunk, _ in chunks for word in words_as_read(chunk)]
    line = f"^ {' '.join(word for word, _ in words)} $"
    pieces = f" {' '.join(chunk for _, chunk, _ in chunks)} "
    of_words, of_chunks = scoring.find(line, pieces)
    places: dict[int | str, tuple[float, list[tuple[str, ...]]]] = {}
    for hits, names, first in (
        (of_words, _starts([word for word, _ in words], 2), [name for _, name in words]),
        (of_chunks, _starts([chunk for _, chunk, _ in chunks], 1), [name for name, _, _ in chunks]),
    ):
        for hit in hits:
            low, high = bisect_right(names, hit.start + 1) - 1, bisect_right(names, hit.end - 2)
            over = tuple(first[max(low, 0) : max(high, 1)])
            places.setdefault(hit.feature, (hit.weight, []))[1].append(over)
    return places


def _starts(parts: Sequence[str], offset: int) -> list[int]:
    """The places where these parts begin, in a line that joins them with blanks after `offset` characters."""
    return list(accumulate((len(part) + 1 for part in parts[:-1]), initial=offset)) if parts else []
