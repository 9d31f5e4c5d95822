"""Which words of a comment made its score: those without which the score would be below the limit.

A linear model adds up its features, so the weight that a word brings is the difference between its surroundings with and without it.
The links and the words that bring most are taken out one after another, until the score of the rest is below the limit.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from service.domain.policy.check_input import CheckInput
from service.domain.policy.signals import Span
from workers.checks.model.linear import log_odds
from workers.checks.model.ngrams import HEAD, Tokens, tokenize
from workers.checks.prepared import Prepared
from workers.checks.text.normalize import Folded

#: Maximum number of words and links that an explanation names. A reason with more says no more than "the whole text".
MOST, MOST_LINKS = 10, 3
#: Of a long text, this many different words are weighed.
_MOST_WEIGHED = 250
#: A link is named if the log-odds of the comment without it are lower by this much.
_TELLING_LINK = 0.5
_CHUNK = re.compile(r"\S+")
_EDGE = re.compile(r"^[\W_]+|[\W_]+$")
#: The number of neighbouring words that share features with a word (triples of words).
_REACH = 2


@dataclass(frozen=True, slots=True)
class Scoring:
    """How a model scores. `weigh`: the weight of the features of some words; `score`: the probability for a comment; `limit`: the
    score from which the comment is held."""

    weigh: Callable[[Tokens], float]
    score: Callable[[CheckInput], float]
    limit: float


def deciding_words(prepared: Prepared, scoring: Scoring, score: float) -> tuple[Span, ...]:
    """The words and links, as they stand in the text, without which the score is below the limit. If the score stays above it: those
    that weigh most."""
    named: list[Span] = []
    for spans in _telling_links(prepared, scoring, score):
        named += spans
        score = _score_without(prepared, scoring, named)
        if score < scoring.limit:
            return _in_order(named)
    for spans in _heaviest_words(prepared, scoring):
        named += spans
        if _score_without(prepared, scoring, named) < scoring.limit:
            break
    return _in_order(named)


def without(text: str, spans: Sequence[Span]) -> str:
    """The text without these spans."""
    for span in sorted(spans, key=lambda span: -span.start):
        text = f"{text[: span.start]} {text[span.end :]}"
    return " ".join(text.split())


def _score_without(prepared: Prepared, scoring: Scoring, spans: Sequence[Span]) -> float:
    return scoring.score(replace(prepared.reading, text=without(prepared.reading.text, spans)))


def _in_order(spans: Sequence[Span]) -> tuple[Span, ...]:
    return tuple(sorted(spans, key=lambda span: span.start))


def _telling_links(prepared: Prepared, scoring: Scoring, score: float) -> Iterator[list[Span]]:
    text = prepared.reading.text
    for link in prepared.links[:MOST_LINKS]:
        span = Span(link.start, link.end, text[link.start : link.end], link.host)
        if log_odds(score) - log_odds(_score_without(prepared, scoring, [span])) >= _TELLING_LINK:
            yield [span]


def _heaviest_words(prepared: Prepared, scoring: Scoring) -> list[list[Span]]:
    """The places of the words with the highest weights above 0, heaviest first."""
    folded = prepared.text
    chunks = [match.span() for match in _CHUNK.finditer(folded.text[: HEAD * 2])]
    words = [tokenize(Folded("", folded.text[start:end])).words for start, end in chunks]
    places: dict[str, list[int]] = {}
    for at, (start, end) in enumerate(chunks):
        if word := _EDGE.sub("", folded.text[start:end]):
            places.setdefault(word, []).append(at)
    weights = {word: _weight(folded, chunks, words, ats[0], scoring) for word, ats in list(places.items())[:_MOST_WEIGHED]}
    heaviest = sorted((word for word, weight in weights.items() if weight > 0), key=lambda word: (-weights[word], word))
    spans = ([_span(folded, *chunks[at]) for at in places[word]] for word in heaviest[: MOST + MOST_LINKS])
    return [each for each in spans if not any(_is_in_link(span, prepared) for span in each)][:MOST]


def _weight(folded: Folded, chunks: Sequence[tuple[int, int]], words: Sequence[list[str]], at: int, scoring: Scoring) -> float:
    """The weight that the chunk at this place brings: that of its pieces, and of all words, pairs and triples that it is part of."""
    before = [word for part in words[max(0, at - _REACH) : at] for word in part][-_REACH:]
    after = [word for part in words[at + 1 : at + 1 + _REACH] for word in part][:_REACH]
    start, end = chunks[at]
    whole = scoring.weigh(Tokens([*before, *words[at], *after], {folded.text[start:end]}))
    return whole - scoring.weigh(Tokens([*before, *after], set()))


def _span(folded: Folded, start: int, end: int) -> Span:
    """The place of a word without the signs around it."""
    chunk = folded.text[start:end]
    word = _EDGE.sub("", chunk)
    offset = start + chunk.find(word)
    return folded.span(offset, offset + len(word), read_as=word)


def _is_in_link(span: Span, prepared: Prepared) -> bool:
    return any(span.start < link.end and link.start < span.end for link in prepared.links)
