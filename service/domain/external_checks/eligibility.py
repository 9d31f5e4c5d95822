"""Which comments our own checks are unsure of, so that asking elsewhere is worth it."""

from collections.abc import Sequence

from service.domain.policy.judge import OF_THE_SITE, Verdict, scores
from service.domain.policy.signals import Family, Signal
from service.domain.policy.site_thresholds import risk
from service.domain.states import State

#: Below this risk a comment that would be published is as good as certain. Measured: see docs/checks.md.
CALM = 0.2


def is_sure(verdict: Verdict, signals: Sequence[Signal]) -> bool:
    """Whether nobody has to be asked: rejected, held by the site's own wish or after a failure, or as good as calm."""
    if verdict.state is State.APPROVED:
        return risk({family.value: score for family, score in scores(signals).items()}) < CALM
    # What our own checks cannot read is what a service elsewhere may know.
    wished = any(s.kind in OF_THE_SITE or s.kind.family is Family.FAILURE for s in verdict.reasons)
    return verdict.state is State.REJECTED or wished
