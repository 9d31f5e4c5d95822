"""Evidence: what a finding is based on, and whether two findings are independent or the same evidence twice."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from itertools import combinations
from types import MappingProxyType

from service.domain.policy.signals import Family, Kind, Signal


class Ground(StrEnum):
    """What findings are based on. Two findings on the same ground are one piece of evidence."""

    WORDS = "what the text says"
    LINKS = "where the text leads"
    SENDER = "how the sender calls themselves: name, website, mailbox"
    ARRIVAL = "how often and how fast comments came"
    FORM = "how the form was filled in"


_GROUNDS: Mapping[Kind, Ground] = MappingProxyType(
    {
        **{kind: Ground.WORDS for kind in Kind if kind.family in (Family.PROFANITY, Family.ABUSE, Family.PRIVACY)},
        **dict.fromkeys(
            (Kind.SPAM_MODEL, Kind.SPAM_SITE_MODEL, Kind.SPAM_PHRASES, Kind.SPAM_GIBBERISH, Kind.SPAM_STYLED), Ground.WORDS
        ),
        **dict.fromkeys((Kind.SPAM_LINKS, Kind.SPAM_SHORTENER, Kind.SPAM_CONTACT), Ground.LINKS),
        **dict.fromkeys((Kind.SPAM_NAME, Kind.SPAM_DISPOSABLE_EMAIL), Ground.SENDER),
        **dict.fromkeys((Kind.SPAM_DUPLICATE, Kind.SPAM_NEAR_DUPLICATE, Kind.SPAM_VELOCITY), Ground.ARRIVAL),
        **dict.fromkeys((Kind.SPAM_HONEYPOT, Kind.SPAM_TOO_FAST), Ground.FORM),
    }
)
#: A flood and a link are not independent findings: many readers may post the same link to a story within an hour.
_TOGETHER = frozenset({Ground.ARRIVAL, Ground.LINKS})
#: The score of one or two links to sites that readers link to in good faith (an encyclopedia, a newspaper).
USUAL_LINK = 0.1
MODELS_OF_SPAM = frozenset({Kind.SPAM_MODEL, Kind.SPAM_SITE_MODEL})
#: Findings about something to follow: a link, an address, a phone number, a handle, a website, or an author name that advertises.
_LEADS = frozenset({Kind.SPAM_LEAD, Kind.SPAM_LINKS, Kind.SPAM_SHORTENER, Kind.SPAM_CONTACT, Kind.SPAM_NAME, Kind.PRIVACY_PHONE})


def ground_of(signal: Signal) -> Ground | Kind:
    """The ground of a finding. A kind that shares its ground with no other kind is its own ground."""
    return _GROUNDS.get(signal.kind, signal.kind)


def leads_somewhere(signals: Sequence[Signal]) -> bool:
    """Whether the comment has something that a reader could follow or buy. A name counts only if it advertises, and a link only
    if it leads to sites that readers do not usually link to in good faith."""
    return any(s.kind in _LEADS and _leads(s) for s in signals)


def independent(one: Signal, other: Signal, *, leads: bool) -> bool:
    """Whether two findings are based on different evidence. `leads`: the comment has something to follow.

    A model reads all words of a text. So the model's score and a phrase found in the same text are one piece of evidence. But if
    the comment has something to follow, they are two pieces: the model also reads what there is to follow, and the phrase does
    not include it.
    """
    if one.kind is other.kind or _overlap(one, other):
        return False
    grounds = {ground_of(one), ground_of(other)}
    if len(grounds) == 1:
        return leads and Ground.WORDS in grounds
    return grounds != _TOGETHER


def are_two(findings: Sequence[Signal], *, leads: bool) -> bool:
    """Whether any two of these findings are based on different evidence."""
    return any(independent(one, other, leads=leads) for one, other in combinations(findings, 2))


def _leads(signal: Signal) -> bool:
    if signal.kind is Kind.SPAM_LINKS:
        return signal.score > USUAL_LINK
    return signal.strong or signal.kind is not Kind.SPAM_NAME


def _overlap(one: Signal, other: Signal) -> bool:
    """Whether the spans of both findings have common characters. The spans of a model do not count: it reads all words but marks
    only a few."""
    if one.kind in MODELS_OF_SPAM or other.kind in MODELS_OF_SPAM:
        return False
    return any(a.field is b.field and a.start < b.end and b.start < a.end for a in one.spans for b in other.spans)
