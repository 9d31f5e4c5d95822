"""Threats, and calls to hurt oneself. They are short and seldom use strong words, so models and word lists miss them."""

from collections.abc import Iterator
from functools import cache

from service.domain.policy.signals import Kind, Signal
from workers.checks.prepared import Prepared
from workers.checks.text.matcher import Entry, Matcher, Where
from workers.checks.text.word_lists import word_list

CHECK = "threats"
#: High enough to hold a comment, but not to reject it: the words may be a quotation or a story, so a person decides.
SCORE = 0.8


def check(prepared: Prepared) -> Iterator[Signal]:
    """One signal for all threats in the text."""
    folded = prepared.text
    spans = tuple(folded.span(hit.start, hit.end, read_as=hit.entry.read_as) for hit in _matcher().find(folded.text))
    if spans:
        yield Signal(Kind.ABUSE_THREAT, SCORE, f"sounds like a threat: {spans[0].read_as}", spans[:20], check=CHECK)


@cache
def _matcher() -> Matcher:
    return Matcher([Entry(phrase, phrase, 1, Where.WHOLE) for phrase in word_list("threats")])
