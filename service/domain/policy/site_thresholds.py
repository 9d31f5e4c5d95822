"""Per-site thresholds for automatic decisions, calibrated on the site's own decisions, and the sampling rate."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from service.domain.policy.judge import Verdict, failed, may_reject_by_sum, scores
from service.domain.policy.risk_budget import Budget, Limits, sampled
from service.domain.policy.signals import Family, Kind, Signal
from service.domain.states import State

#: AGAINST: the families that count against publishing. FOR_REJECTING: the families that may reject automatically; about abuse and
#: personal data a moderator decides.
AGAINST = (Family.SPAM, Family.PROFANITY, Family.ABUSE, Family.PRIVACY)
FOR_REJECTING = (Family.SPAM, Family.PROFANITY)
#: The key in a site's policy.
KEY = "budget"
#: One automatic decision in this many is sampled. Without thresholds, only rejections of spam beyond doubt are sampled.
SAMPLE = 50


@dataclass(frozen=True, slots=True)
class SiteThresholds:
    """Thresholds of a site. `published` and `rejected`: at most one in N may be wrong. `sample_one_in`: one automatic decision in N is
    sampled, 0 for none."""

    published: int = 200
    rejected: int = 500
    sample_one_in: int = SAMPLE
    hold_until_known: bool = False
    publish_below: float | None = None
    reject_from: float | None = None

    @property
    def budget(self) -> Budget:
        return Budget(1 / self.published, 1 / self.rejected)

    @classmethod
    def of(cls, policy: Mapping[str, Any] | None) -> "SiteThresholds | None":
        """The thresholds of a site; None if it has none, and the default limits apply."""
        given = (policy or {}).get(KEY)
        return cls(**{name: given[name] for name in cls.__slots__ if name in given}) if given else None


def risk(of: Mapping[str, float], families: Sequence[Family] = AGAINST) -> float:
    """The probability that something is wrong with a comment, 0..1: the noisy-or of its scores by family."""
    fine = 1.0
    for family in families:
        fine *= 1.0 - float(of.get(family.value, 0.0))
    return 1.0 - fine


def apply_thresholds(verdict: Verdict, signals: Sequence[Signal], thresholds: SiteThresholds | None, *, identity: str) -> Verdict:
    """The verdict under the site's thresholds. A verdict by a setting of the site, or with a failed check, stays as it is."""
    if failed(signals) or _by_the_site(verdict):
        return verdict
    if thresholds is None:
        return _sampled(verdict, SAMPLE, identity) if _beyond_doubt(verdict) else verdict
    if _approved_by_rule(verdict):
        return _sampled(verdict, thresholds.sample_one_in, identity)
    limited = _limited(verdict, signals, thresholds)
    return limited if limited.state is State.HELD else _sampled(limited, thresholds.sample_one_in, identity)


def _sampled(verdict: Verdict, share: int, identity: str) -> Verdict:
    if not share or not sampled(identity, 1 / share):
        return verdict
    rule = f"spot check: 1 in {share} automatic decisions is reviewed; this one would have been {verdict.state}"
    sample = Signal(Kind.SITE_AUDIT_SAMPLE, 0.5, rule, check="policy")
    return Verdict(State.HELD, (sample, *verdict.reasons), instead=verdict.state)


def _beyond_doubt(verdict: Verdict) -> bool:
    return any(s.kind is Kind.SPAM_BEYOND_DOUBT for s in verdict.reasons)


def _limited(verdict: Verdict, signals: Sequence[Signal], thresholds: SiteThresholds) -> Verdict:
    found = {family.value: score for family, score in scores(signals).items()}
    if_no_answer = tuple(s for s in verdict.reasons if not s.score)
    against = sorted((s for s in signals if s.kind.family in AGAINST), key=lambda s: -s.score)[:3]
    told = verdict.reasons if len(verdict.reasons) > len(if_no_answer) else (*against, *if_no_answer)
    # If there is nothing to follow, the spam score alone must not reject.
    grave = FOR_REJECTING if may_reject_by_sum(signals) else (Family.PROFANITY,)
    if thresholds.reject_from is not None and risk(found, grave) >= thresholds.reject_from:
        return Verdict(State.REJECTED, told)
    if verdict.state is State.REJECTED:
        return verdict
    if thresholds.publish_below is not None:
        return Verdict(State.APPROVED, if_no_answer) if risk(found) < thresholds.publish_below else Verdict(State.HELD, told)
    if thresholds.hold_until_known and verdict.state is State.APPROVED:
        rule = "this site holds every comment until its decisions bear out limits"
        return Verdict(State.HELD, (Signal(Kind.SITE_HOLDS_EVERYTHING, 1.0, rule, check="policy"),))
    return verdict


def _approved_by_rule(verdict: Verdict) -> bool:
    return verdict.state is State.APPROVED and any(s.kind is Kind.SITE_RULE_APPROVES for s in verdict.reasons)


def _by_the_site(verdict: Verdict) -> bool:
    own = (s.kind.family is Family.SITE or s.kind is Kind.SPAM_TEST for s in verdict.reasons)
    return verdict.state is not State.APPROVED and any(own)


def stored(thresholds: SiteThresholds, limits: Limits) -> dict[str, Any]:
    """Thresholds as they are stored in a site's policy, with calibrated limits."""
    return {
        "published": thresholds.published,
        "rejected": thresholds.rejected,
        "sample_one_in": thresholds.sample_one_in,
        "hold_until_known": thresholds.hold_until_known,
        "publish_below": limits.publish_below,
        "reject_from": limits.reject_from,
    }
