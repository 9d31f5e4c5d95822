"""Site thresholds decide alone where they may, the site's own rules still apply, and a share is sampled for review."""

import pytest

from service.domain.policy.judge import PolicyLimits, Verdict, judge
from service.domain.policy.signals import Kind, Signal
from service.domain.policy.site_thresholds import SiteThresholds, apply_thresholds, risk
from service.domain.states import State

NOBODY = SiteThresholds(sample_one_in=0)
WIDE = SiteThresholds(sample_one_in=0, publish_below=0.6, reject_from=0.9)


def _found(kind: Kind, score: float) -> tuple[Signal, ...]:
    return (Signal(kind, score, "found"),)


LEAD = Signal(Kind.SPAM_LEAD, 0.0, "a link or contact")


TABLE = [
    (None, _found(Kind.SPAM_MODEL, 0.7), State.HELD),
    (NOBODY, _found(Kind.SPAM_MODEL, 0.7), State.HELD),
    (WIDE, _found(Kind.SPAM_MODEL, 0.59), State.APPROVED),
    (WIDE, _found(Kind.SPAM_MODEL, 0.7), State.HELD),
    (WIDE, _found(Kind.SPAM_MODEL, 0.95), State.HELD),
    (WIDE, (*_found(Kind.SPAM_MODEL, 0.95), LEAD), State.REJECTED),
    (WIDE, (*_found(Kind.SPAM_PHRASES, 0.95), LEAD), State.REJECTED),
    (WIDE, (*_found(Kind.SPAM_VELOCITY, 0.95), *_found(Kind.SPAM_LINKS, 0.4)), State.HELD),
    (WIDE, (*_found(Kind.SPAM_DUPLICATE, 0.95), LEAD), State.HELD),
    (WIDE, (Signal(Kind.SPAM_NAME, 0.95, "found", strong=True), LEAD), State.HELD),
    (WIDE, _found(Kind.PROFANITY_STRONG, 0.9), State.REJECTED),
    (WIDE, _found(Kind.ABUSE_MODEL, 0.99), State.HELD),
    (WIDE, _found(Kind.SITE_RULE, 1.0), State.HELD),
    (WIDE, _found(Kind.SITE_LANGUAGE_NOT_COVERED, 0.5), State.HELD),
    (WIDE, (*_found(Kind.SITE_LANGUAGE_NOT_COVERED, 0.5), *_found(Kind.SPAM_MODEL, 0.95)), State.HELD),
    (WIDE, _found(Kind.SITE_BLOCKED_WORD, 1.0), State.REJECTED),
    (WIDE, (*_found(Kind.CHECK_FAILED, 1.0), *_found(Kind.SPAM_MODEL, 0.99)), State.HELD),
    (SiteThresholds(sample_one_in=0, publish_below=0.1), _found(Kind.SPAM_MODEL, 0.2), State.HELD),
    (SiteThresholds(sample_one_in=0, hold_until_known=True), (), State.HELD),
]


@pytest.mark.parametrize(("thresholds", "signals", "state"), TABLE)
def test_limits_decide_where_they_may(thresholds, signals, state) -> None:
    assert apply_thresholds(judge(signals, PolicyLimits()), signals, thresholds, identity="x").state is state


def test_a_share_of_what_is_decided_alone_is_looked_at() -> None:
    thresholds = SiteThresholds(sample_one_in=10, publish_below=0.6)
    verdicts = [apply_thresholds(Verdict(State.APPROVED), (), thresholds, identity=str(n)) for n in range(5_000)]
    looked_at = [v for v in verdicts if v.state is State.HELD]
    assert 400 < len(looked_at) < 600
    assert looked_at[0].reasons[0].kind is Kind.SITE_AUDIT_SAMPLE
    assert "would have been approved" in looked_at[0].reasons[0].rule


def test_what_the_site_blocks_is_not_audited() -> None:
    signals = _found(Kind.SITE_BLOCKED_WORD, 1.0)
    verdict = judge(signals, PolicyLimits())
    assert apply_thresholds(verdict, signals, SiteThresholds(sample_one_in=1), identity="x") == verdict


def test_spam_that_nobody_was_asked_about_is_audited_though_no_budget_is_set() -> None:
    signals = (*_found(Kind.SPAM_MODEL, 0.99), LEAD)
    verdicts = [apply_thresholds(judge(signals, PolicyLimits()), signals, None, identity=str(n)) for n in range(5_000)]
    looked_at = [v for v in verdicts if v.state is State.HELD]
    assert 60 < len(looked_at) < 140
    assert looked_at[0].reasons[0].kind is Kind.SITE_AUDIT_SAMPLE
    assert {v.state for v in verdicts} == {State.HELD, State.REJECTED}


def test_risk_grows_with_each_family() -> None:
    assert risk({"spam": 0.5, "abuse": 0.5, "site": 1.0}) == 0.75
    assert risk({}) == 0.0
