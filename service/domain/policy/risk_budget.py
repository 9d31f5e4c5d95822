"""The risk budget: limits calibrated on a site's own decisions, for few bad published comments and few good rejected ones.

An editor says "at most 1 in 200 published comments may be one that we would have rejected". The chosen limit is the boldest one:
the limit that decides the most comments automatically while the upper bound of the error rate (Clopper and Pearson 1934,
one-sided) stays below the budget with the stated confidence. If there are too few decisions, the default limits apply. Every
possible limit is tested, so the true confidence is a little lower. A sample of the automatic decisions goes to a moderator and
shows whether the budget is kept.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, lgamma, log, log1p

#: With fewer decisions than this no limit is calibrated.
FEWEST = 50
CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class Budget:
    """The error rates that a site tolerates: the share of published comments that should have been rejected, and the share of
    rejected comments that were fine."""

    bad_published: float = 1 / 200
    fine_rejected: float = 1 / 500
    confidence: float = CONFIDENCE


@dataclass(frozen=True, slots=True)
class Decided:
    """One decision of a moderator, with the score of the comment. A sampled comment represents `weight` comments."""

    score: float
    rejected: bool
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Limits:
    """Comments with a score below `publish_below` are published, from `reject_from` on they are rejected, and between the two
    they are held. None: there are too few decisions for a limit that keeps the budget, so the default limit applies.

    `alone` is the share of the decided comments that the limits would have decided without a moderator.
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
    """The one-sided Clopper-Pearson bound: the largest error rate that is plausible with `wrong` errors in `of` decisions."""
    if of == 0 or wrong >= of:
        return 1.0
    low, high = wrong / of, 1.0
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if _at_most(wrong, of, middle) > 1 - confidence else (low, middle)
    return high


def sampled(identity: str, share: float) -> bool:
    """Whether an automatic decision is sampled, so that a moderator decides. Determined by a hash of the comment's id."""
    drawn = int.from_bytes(hashlib.blake2b(identity.encode(), digest_size=8).digest(), "big")
    return drawn < share * 2**64


def _boldest(ranked: Sequence[Decided], budget: float, confidence: float, *, wrong: bool) -> float | None:
    """The boldest limit: the last score in the order of `ranked` at which the errors up to that score keep the budget. None if
    there is no such score."""
    errors, best = 0, None
    for at, one in enumerate(ranked, 1):
        errors += one.rejected is wrong
        last_of_its_score = at == len(ranked) or ranked[at].score != one.score
        if at >= FEWEST and last_of_its_score and errors <= budget * at and _at_most(errors, at, budget) <= 1 - confidence:
            beyond = ranked[at].score if at < len(ranked) else one.score
            best = beyond if wrong else one.score
    return best


def _at_most(wrong: int, of: int, rate: float) -> float:
    """The probability of at most `wrong` errors in `of` trials at this error rate (binomial distribution)."""
    if rate >= 1.0:
        return 0.0
    return sum(
        exp(lgamma(of + 1) - lgamma(k + 1) - lgamma(of - k + 1) + k * log(rate or 1e-300) + (of - k) * log1p(-rate))
        for k in range(wrong + 1)
    )
