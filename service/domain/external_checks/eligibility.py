"""Of which comments our own checks are unsure, so that a request to an external check is worth its cost."""

from collections.abc import Sequence

from service.domain.policy.judge import OF_THE_SITE, Verdict, scores
from service.domain.policy.signals import Family, Signal
from service.domain.policy.site_thresholds import risk
from service.domain.states import State

#: Below this risk the verdict to publish a comment is almost certain. Measured: see docs/checks.md.
CALM = 0.2


def is_sure(verdict: Verdict, signals: Sequence[Signal]) -> bool:
    """Whether no external check is needed: the comment is rejected, held by a setting of the site or after a failed check, or it
    is published with a low risk."""
    if verdict.state is State.APPROVED:
        return risk({family.value: score for family, score in scores(signals).items()}) < CALM
    # A comment in a language that our checks do not cover is not sure (the kind is not in OF_THE_SITE): an external service may
    # be able to read it.
    by_site = any(s.kind in OF_THE_SITE or s.kind.family is Family.FAILURE for s in verdict.reasons)
    return verdict.state is State.REJECTED or by_site
