"""The verdict on a comment of a site: the policy judges the signals, then the thresholds of the site apply."""

from collections.abc import Sequence
from dataclasses import dataclass

from service.domain.policy.judge import PolicyLimits, Verdict, judge
from service.domain.policy.signals import Signal
from service.domain.policy.site_thresholds import SiteThresholds, apply_thresholds


@dataclass(frozen=True, slots=True)
class TrialResult:
    """What a comment would get: its verdict, and everything that the checks found. Nothing was stored.

    `language` is the language as which the checks read it, and `uncovered` says why no check covers it, whether or not the site
    accepts it. `read_deeply`: the transformer read it. `failures` are checks that were to read it and did not.
    """

    verdict: Verdict
    signals: tuple[Signal, ...] = ()
    language: str = ""
    uncovered: str = ""
    read_deeply: bool = False
    failures: tuple[Signal, ...] = ()


def verdict_of(signals: Sequence[Signal], limits: PolicyLimits, thresholds: SiteThresholds | None, *, identity: str) -> Verdict:
    """The state and its reasons. `identity` is the id of the comment. The id determines whether the comment is sampled, so a
    second check gives the same result."""
    return apply_thresholds(judge(signals, limits), signals, thresholds, identity=identity)
