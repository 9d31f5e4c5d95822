"""Evidence: what a finding rests on, and whether two findings are two or the same one seen twice."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from itertools import combinations
from types import MappingProxyType

from service.domain.policy.signals import Family, Kind, Signal


class Ground(StrEnum):
    """What findings rest on. Two findings on the same ground are one piece of evidence."""

    WORDS = "what the text says"
    LINKS = "where the text leads"
    SENDER = "how the sender calls themselves: name, website, mailbox"
    ARRIVAL = "how often and how fast comments came"
    FORM = "how the form was filled in"


_GROUNDS: Mapping[Kind, Ground] = MappingProxyType(
    {
        **{kind: Ground.WORDS for kind in Kind if kind.family in (Family.PROFANITY, Family.ABUSE, Family.PRIVACY)},
        **dict.fromkeys((Kind.SPAM_MODEL, Kind.SPAM_SITE_MODEL, Kind.SPAM_PHRASES, Kind.SPAM_GIBBERISH), Ground.WORDS),
        **dict.fromkeys((Kind.SPAM_LINKS, Kind.SPAM_SHORTENER, Kind.SPAM_CONTACT), Ground.LINKS),
        **dict.fromkeys((Kind.SPAM_NAME, Kind.SPAM_DISPOSABLE_EMAIL), Ground.SENDER),
        **dict.fromkeys((Kind.SPAM_DUPLICATE, Kind.SPAM_NEAR_DUPLICATE, Kind.SPAM_VELOCITY), Ground.ARRIVAL),
        **dict.fromkeys((Kind.SPAM_HONEYPOT, Kind.SPAM_TOO_FAST), Ground.FORM),
    }
)
#: Readers post the same link to a story within one hour: a flood and a link are not two findings against a comment.
_TOGETHER = frozenset({Ground.ARRIVAL, Ground.LINKS})
#: What one or two links to where readers link in good faith (an encyclopedia, a newspaper) score.
USUAL_LINK = 0.1
MODELS_OF_SPAM = frozenset({Kind.SPAM_MODEL, Kind.SPAM_SITE_MODEL})
#: Findings that name a link, an address, a number, a handle, a website or a name that advertises.
_LEADS = frozenset({Kind.SPAM_LEAD, Kind.SPAM_LINKS, Kind.SPAM_SHORTENER, Kind.SPAM_CONTACT, Kind.SPAM_NAME, Kind.PRIVACY_PHONE})


def ground_of(signal: Signal) -> Ground | Kind:
    """What a finding rests on; a kind of its own where no other finding shares its ground."""
    return _GROUNDS.get(signal.kind, signal.kind)


def leads_somewhere(signals: Sequence[Signal]) -> bool:
    """Whether the comment has something that a reader could follow or buy. A name leads somewhere only where it advertises, a link
    only where it leads to other places than readers link to in good faith."""
    return any(s.kind in _LEADS and _leads(s) for s in signals)


def independent(one: Signal, other: Signal, *, leads: bool) -> bool:
    """Whether two findings rest on different evidence. `leads`: the comment has something to follow.

    A model reads all words of a text. So its score and a phrase in the same text are one piece of evidence, unless there is
    something to follow, which the model weighs and the phrase does not.
    """
    if one.kind is other.kind or _overlap(one, other):
        return False
    grounds = {ground_of(one), ground_of(other)}
    if len(grounds) == 1:
        return leads and Ground.WORDS in grounds
    return grounds != _TOGETHER


def are_two(findings: Sequence[Signal], *, leads: bool) -> bool:
    """Whether any two of these findings rest on different evidence."""
    return any(independent(one, other, leads=leads) for one, other in combinations(findings, 2))


def _leads(signal: Signal) -> bool:
    if signal.kind is Kind.SPAM_LINKS:
        return signal.score > USUAL_LINK
    return signal.strong or signal.kind is not Kind.SPAM_NAME


def _overlap(one: Signal, other: Signal) -> bool:
    """Whether both point at the same characters. A model names a few words and reads all, so its spans do not count."""
    if one.kind in MODELS_OF_SPAM or other.kind in MODELS_OF_SPAM:
        return False
    return any(a.field is b.field and a.start < b.end and b.start < a.end for a in one.spans for b in other.spans)
