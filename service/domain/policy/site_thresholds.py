"""Latitude: what a site lets the policy decide alone, by limits that its own decisions bear out, and the share that is audited."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from service.domain.policy.judge import Verdict, failed, may_reject_by_sum, scores
from service.domain.policy.risk_budget import Budget, Limits, sampled
from service.domain.policy.signals import Family, Kind, Signal
from service.domain.states import State

#: What speaks against publishing; and what may speak for rejecting: an attack or personal data is always looked at by a person.
AGAINST = (Family.SPAM, Family.PROFANITY, Family.ABUSE, Family.PRIVACY)
FOR_REJECTING = (Family.SPAM, Family.PROFANITY)
#: Where a site's policy keeps its latitude.
KEY = "budget"
#: One automatic decision in so many is looked at. Without a latitude, those that reject spam beyond doubt are.
SAMPLE = 50


@dataclass(frozen=True, slots=True)
class SiteThresholds:
    """`published` and `rejected`: at most one in so many may be wrong. `audit`: one automatic decision in so many is looked at, 0: none."""

    published: int = 200
    rejected: int = 500
    audit: int = SAMPLE
    hold_until_known: bool = False
    publish_below: float | None = None
    reject_from: float | None = None

    @property
    def budget(self) -> Budget:
        return Budget(1 / self.published, 1 / self.rejected)

    @classmethod
    def of(cls, policy: Mapping[str, Any] | None) -> "SiteThresholds | None":
        """What the site set; none where it never set anything, and the default limits serve."""
        given = (policy or {}).get(KEY)
        return cls(**{name: given[name] for name in cls.__slots__ if name in given}) if given else None


def risk(of: Mapping[str, float], families: Sequence[Family] = AGAINST) -> float:
    """How likely something is wrong with a comment that has these scores by family, 0..1 (noisy-or)."""
    fine = 1.0
    for family in families:
        fine *= 1.0 - float(of.get(family.value, 0.0))
    return 1.0 - fine


def apply_thresholds(verdict: Verdict, signals: Sequence[Signal], latitude: SiteThresholds | None, *, identity: str) -> Verdict:
    """The verdict as the site's latitude has it. What the site itself asked for, and what a check left open, stays as it is."""
    if failed(signals) or _by_the_site(verdict):
        return verdict
    if latitude is None:
        return _audited(verdict, SAMPLE, identity) if _beyond_doubt(verdict) else verdict
    limited = _limited(verdict, signals, latitude)
    return limited if limited.state is State.HELD else _audited(limited, latitude.audit, identity)


def _audited(verdict: Verdict, share: int, identity: str) -> Verdict:
    if not share or not sampled(identity, 1 / share):
        return verdict
    rule = f"one automatic decision in {share} is looked at by a person; this one would have been {verdict.state}"
    return Verdict(State.HELD, (Signal(Kind.SITE_AUDIT_SAMPLE, 0.5, rule, check="policy"), *verdict.reasons))


def _beyond_doubt(verdict: Verdict) -> bool:
    return any(s.kind is Kind.SPAM_BEYOND_DOUBT for s in verdict.reasons)


def _limited(verdict: Verdict, signals: Sequence[Signal], latitude: SiteThresholds) -> Verdict:
    found = {family.value: score for family, score in scores(signals).items()}
    unanswered = tuple(s for s in verdict.reasons if not s.score)
    against = sorted((s for s in signals if s.kind.family in AGAINST), key=lambda s: -s.score)[:3]
    told = verdict.reasons if len(verdict.reasons) > len(unanswered) else (*against, *unanswered)
    # Without something to follow no limit turns a model's doubt into a rejection.
    grave = FOR_REJECTING if may_reject_by_sum(signals) else (Family.PROFANITY,)
    if latitude.reject_from is not None and risk(found, grave) >= latitude.reject_from:
        return Verdict(State.REJECTED, told)
    if verdict.state is State.REJECTED:
        return verdict
    if latitude.publish_below is not None:
        return Verdict(State.APPROVED, unanswered) if risk(found) < latitude.publish_below else Verdict(State.HELD, told)
    if latitude.hold_until_known and verdict.state is State.APPROVED:
        rule = "this site holds every comment until its decisions bear out limits"
        return Verdict(State.HELD, (Signal(Kind.SITE_HOLDS_EVERYTHING, 1.0, rule, check="policy"),))
    return verdict


def _by_the_site(verdict: Verdict) -> bool:
    own = (s.kind.family is Family.SITE or s.kind is Kind.SPAM_TEST for s in verdict.reasons)
    return verdict.state is not State.APPROVED and any(own)


def stored(latitude: SiteThresholds, limits: Limits) -> dict[str, Any]:
    """A latitude as it stands in a site's policy, with limits that were found."""
    return {
        "published": latitude.published,
        "rejected": latitude.rejected,
        "audit": latitude.audit,
        "hold_until_known": latitude.hold_until_known,
        "publish_below": limits.publish_below,
        "reject_from": limits.reject_from,
    }
