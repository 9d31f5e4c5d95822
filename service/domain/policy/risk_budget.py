"""The risk budget: limits found from a site's own decisions, so that few published comments are bad and few rejected ones fine.

An editor says "at most 1 in 200 published comments may be one that we would have rejected". The limit is the boldest for which
the decisions so far make the opposite unlikely: the upper bound of the error (Clopper and Pearson 1934, one-sided) stays below
the budget with the stated confidence. Where the decisions do not suffice, the default limits serve. Looking at every place for
the boldest one costs a little of that confidence; auditing a share of the automatic decisions shows whether it is kept.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, lgamma, log, log1p

#: Fewer decisions than this prove nothing, whatever they say.
FEWEST = 50
CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class Budget:
    """What a site can bear: the share of published comments that should have been rejected, and of rejected ones that were fine."""

    bad_published: float = 1 / 200
    fine_rejected: float = 1 / 500
    confidence: float = CONFIDENCE


@dataclass(frozen=True, slots=True)
class Decided:
    """One decision of a person, with the score the comment had. Audited ones stand for `weight` comments each."""

    score: float
    rejected: bool
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Limits:
    """Publish below `publish_below`, reject from `reject_from`, hold between. None: not enough is known, the default serves.

    `alone` is the share of the decided comments that the limits would have decided without a person.
    """

    publish_below: float | None
    reject_from: float | None
    alone: float
    decisions: int


def limits(decided: Sequence[Decided], budget: Budget) -> Limits:
    """The boldest limits that keep the budget on these decisions with its confidence."""
    ranked = sorted(decided, key=lambda one: one.score)
    publish = _boldest(ranked, budget.bad_published, budget.confidence, wrong=True)
    reject = _boldest(ranked[::-1], budget.fine_rejected, budget.confidence, wrong=False)
    if publish is not None and reject is not None and publish > reject:
        publish = reject
    total = sum(one.weight for one in ranked) or 1.0
    alone = sum(
        one.weight
        for one in ranked
        if (publish is not None and one.score < publish) or (reject is not None and one.score >= reject)
    )
    return Limits(publish, reject, alone / total, len(ranked))


def upper_bound(wrong: int, of: int, confidence: float = CONFIDENCE) -> float:
    """The largest error rate that so few wrong ones of so many still leave likely: the one-sided Clopper-Pearson bound."""
    if of == 0 or wrong >= of:
        return 1.0
    low, high = wrong / of, 1.0
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if _at_most(wrong, of, middle) > 1 - confidence else (low, middle)
    return high


def sampled(identity: str, share: float) -> bool:
    """Whether an automatic decision goes to a person all the same. Fixed by the comment's id, so that nobody can choose."""
    drawn = int.from_bytes(hashlib.blake2b(identity.encode(), digest_size=8).digest(), "big")
    return drawn < share * 2**64


def _boldest(ranked: Sequence[Decided], budget: float, confidence: float, *, wrong: bool) -> float | None:
    """The last score up to which the errors among the first so many keep the budget."""
    errors, best = 0, None
    for at, one in enumerate(ranked, 1):
        errors += one.rejected is wrong
        last_of_its_score = at == len(ranked) or ranked[at].score != one.score
        if at >= FEWEST and last_of_its_score and errors <= budget * at and _at_most(errors, at, budget) <= 1 - confidence:
            beyond = ranked[at].score if at < len(ranked) else one.score
            best = beyond if wrong else one.score
    return best


def _at_most(wrong: int, of: int, rate: float) -> float:
    """The chance of at most so many wrong ones among so many at this rate (the binomial distribution)."""
    if rate >= 1.0:
        return 0.0
    return sum(
        exp(lgamma(of + 1) - lgamma(k + 1) - lgamma(of - k + 1) + k * log(rate or 1e-300) + (of - k) * log1p(-rate))
        for k in range(wrong + 1)
    )
