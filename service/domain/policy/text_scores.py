"""What the checks measure of a text, as numbers from 0 to 1 for clients of other services, and in which languages they measure it.

A measure that no check takes in the language of a text has no number: 0 would say that there is nothing to find.
"""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from types import MappingProxyType

from service.domain.policy.language_coverage import COVERED, LISTED
from service.domain.policy.signals import Kind, Signal
from service.domain.policy.verdict import TrialResult

ENGLISH = "en"


class Measure(StrEnum):
    """What is measured: `TOXIC` is all of the next four together, `SEVERE` the gravest of it."""

    TOXIC = "toxic"
    SEVERE = "severe"
    ATTACK = "attack"
    HATE = "hate"
    THREAT = "threat"
    PROFANITY = "profanity"
    SPAM = "spam"


_GRAVE = (Kind.ABUSE_HATE, Kind.ABUSE_THREAT)
#: What a site has said about words, links and comments. It counts in `TOXIC`, which is what most clients read.
_OF_THE_SITE = (Kind.SITE_BLOCKED_WORD, Kind.SITE_HELD_WORD, Kind.SITE_BLOCKED_LINK, Kind.SITE_RULE, Kind.SITE_RULE_REJECTS)
_KINDS: Mapping[Measure, tuple[Kind, ...]] = MappingProxyType(
    {
        Measure.TOXIC: (Kind.ABUSE_MODEL, *_GRAVE, Kind.PROFANITY_STRONG, *_OF_THE_SITE),
        Measure.SEVERE: (*_GRAVE, Kind.PROFANITY_STRONG),
        Measure.ATTACK: (Kind.ABUSE_MODEL,),
        Measure.HATE: (Kind.ABUSE_HATE,),
        Measure.THREAT: (Kind.ABUSE_THREAT,),
        Measure.PROFANITY: (Kind.PROFANITY_STRONG, Kind.PROFANITY_MILD),
        Measure.SPAM: (Kind.SPAM_MODEL, Kind.SPAM_SITE_MODEL),
    }
)
#: A finding beside the model for attacks counts in `TOXIC` from this score on. Lower ones would only spoil the model's order.
_CLEARLY = 0.5


def is_measured(measure: Measure, result: TrialResult) -> bool:
    """Whether the checks measure this in the language of the text."""
    if measure is Measure.PROFANITY and result.language in LISTED:
        return True
    if result.uncovered:
        return False
    if measure is Measure.HATE or measure is Measure.SEVERE:
        return result.language == ENGLISH and result.read_deeply
    if measure is Measure.THREAT or measure is Measure.SPAM:
        return result.language == ENGLISH
    return result.language in COVERED


def score(measure: Measure, result: TrialResult) -> float:
    """The highest score of the findings; 0 if there is none."""
    return max((signal.score for signal in findings(measure, result)), default=0.0)


def findings(measure: Measure, result: TrialResult) -> Iterator[Signal]:
    """The signals that this measure consists of."""
    attack = max((signal.score for signal in result.signals if signal.kind is Kind.ABUSE_MODEL), default=0.0)
    for signal in result.signals:
        if signal.kind not in _KINDS[measure]:
            continue
        # A strong word alone is no attack.
        is_swearing = measure is Measure.SEVERE and signal.kind is Kind.PROFANITY_STRONG and attack < _CLEARLY
        is_doubtful = measure is Measure.TOXIC and signal.kind is not Kind.ABUSE_MODEL and signal.score < _CLEARLY
        if not is_swearing and not is_doubtful:
            yield signal
