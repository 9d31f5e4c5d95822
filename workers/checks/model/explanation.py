"""Which words of a comment made its score: those without which the score would be below the limit.

A linear model adds up the features that it finds. Taking a word out takes out the features that it is part of: its pieces, and the
pairs and triples that stand over it. So the words that bring most are taken out one after another, until the score of the rest is
below the limit. The text is read once more for this, not once for each word.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain

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

    `find`: the features of a line of words, and those of a line of chunks. `style`: the style features of a comment. `score`: the
    probability for these features and this style. `whole`: the probability for a whole comment, None if links and style hardly
    count. `limit`: the score from which a comment is held.
    """

    find: Callable[[str, str], tuple[list[Hit], list[Hit]]]
    style: Callable[[Prepared], set[str]]
    score: Callable[[Iterable[int | str], set[str]], float]
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
    chunks, style = _chunks(prepared), scoring.style(rest)
    places = _places(chunks, scoring)
    weights, features = _by_word(places)
    left, gone = dict.fromkeys(places), set[str]()
    for _, word in sorted([(-weight, word) for word, weight in weights.items() if weight > 0])[:MOST]:
        gone.add(word)
        spans = [_span(prepared.text, start, chunk, name) for name, chunk, start in chunks if name in gone]
        yield from (span for span in spans if span.read_as == word)
        for feature in features[word]:
            if not any(map(gone.isdisjoint, places[feature][1])):
                left.pop(feature, None)
        if scoring.score(left, style) < scoring.limit and _is_enough(rest, prepared, spans, scoring):
            return


def _by_word(places: "_Places") -> tuple[dict[str, float], dict[str, list[int | str]]]:
    """For each word the weight that it brings, and the features that it is part of."""
    weights: dict[str, float] = {}
    features: dict[str, list[int | str]] = {}
    for feature, (weight, hits) in places.items():
        for word in hits[0] if len(hits) == 1 else dict.fromkeys(chain.from_iterable(hits)):
            weights[word] = weights.get(word, 0.0) + weight
            features.setdefault(word, []).append(feature)
    return weights, features


def _is_enough(rest: Prepared, prepared: Prepared, spans: Sequence[Span], scoring: Scoring) -> bool:
    """Whether the score stays below the limit when the style of the comment is read again without these words."""
    if scoring.whole is None:
        return True
    links = [Span(link.start, link.end, "") for link in prepared.links[:MOST_LINKS]] if rest is not prepared else []
    return scoring.whole(Prepared.of(_reading_without(prepared.reading, [*spans, *links]))) < scoring.limit


#: A chunk of the folded text: the word without the signs around it, the chunk, and where the chunk starts.
_Chunk = tuple[str, str, int]
#: For each feature of the text its weight, and for each place where it was found the words that it stands over.
_Places = dict[int | str, tuple[float, list[tuple[str, ...]]]]


def _chunks(prepared: Prepared) -> list[_Chunk]:
    """The chunks of the text that have a word and are no part of a link."""
    folded, links = prepared.text, prepared.links
    found = ((match.start(), match[0]) for match in _CHUNK.finditer(folded.text[: HEAD + TAIL]))
    chunks = [(name, chunk, start) for start, chunk in found if (name := chunk if chunk.isalnum() else _EDGE.sub("", chunk))]
    if not links:
        return chunks
    spans = [_span(folded, start, chunk, name) for name, chunk, start in chunks]
    within = [any(span.start < link.end and link.start < span.end for link in links) for span in spans]
    return [chunk for chunk, linked in zip(chunks, within, strict=True) if not linked]


def _span(folded: Folded, start: int, chunk: str, name: str) -> Span:
    offset = start + chunk.find(name)
    return folded.span(offset, offset + len(name), read_as=name)


def _places(chunks: Sequence[_Chunk], scoring: Scoring) -> _Places:
    """The features of the chunks."""
    words = [(word, name) for name, chunk, _ in chunks for word in words_as_read(chunk)]
    line = f"^ {' '.join(word for word, _ in words)} $"
    pieces = f" {' '.join(chunk for _, chunk, _ in chunks)} "
    of_words, of_chunks = scoring.find(line, pieces)
    places: _Places = {}
    for hits, parts, offset in ((of_words, words, 2), (of_chunks, [(chunk, name) for name, chunk, _ in chunks], 1)):
        names = tuple([name for _, name in parts])
        part_at = _part_at([part for part, _ in parts], offset)
        for feature, weight, start, end in hits:
            over = names[part_at[start + 1] : part_at[end - 2] + 1]
            if feature in places:
                places[feature][1].append(over)
            else:
                places[feature] = (weight, [over])
    return places


def _part_at(parts: Sequence[str], offset: int) -> list[int]:
    """For each character of a line that joins these parts with blanks, after `offset` characters, the number of its part. A blank
    belongs to the part before it."""
    numbers = [0] * offset
    for number, part in enumerate(parts):
        numbers += [number] * (len(part) + 1)
    return numbers
