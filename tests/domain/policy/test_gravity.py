"""The order "most serious first": threats and hate, insults, personal data, spam, the site's own rules."""

import pytest

from service.domain.policy.gravity import gravity
from service.domain.policy.judge import Verdict
from service.domain.policy.signals import Kind, Signal
from service.domain.states import State


def verdict(*findings: tuple[Kind, float]) -> Verdict:
    return Verdict(State.HELD, tuple(Signal(kind, score, "a rule") for kind, score in findings))


#: The most serious first, whatever the scores are.
ORDER = [
    verdict((Kind.ABUSE_THREAT, 0.9)),
    verdict((Kind.ABUSE_HATE, 0.6)),
    verdict((Kind.ABUSE_THREAT, 0.5), (Kind.SITE_HOLDS_EVERYTHING, 1.0), (Kind.SPAM_MODEL, 0.99)),
    verdict((Kind.PROFANITY_STRONG, 1.0), (Kind.ABUSE_MODEL, 1.0)),
    verdict((Kind.ABUSE_MODEL, 0.6)),
    verdict((Kind.PRIVACY_PHONE, 1.0)),
    verdict((Kind.SPAM_MODEL, 0.9), (Kind.SPAM_LINKS, 0.9)),
    verdict((Kind.SPAM_MODEL, 0.97)),
    verdict((Kind.SPAM_PHRASES, 0.5), (Kind.SITE_RULE, 1.0)),
    verdict((Kind.SITE_HOLDS_EVERYTHING, 1.0)),
    verdict((Kind.SITE_RULE, 0.5)),
    verdict(),
]


def test_the_gravest_finding_decides_and_then_its_probability() -> None:
    found = [gravity(one) for one in ORDER]
    assert found == sorted(found, reverse=True)
    assert len(set(found)) == len(found)
    assert all(0 <= one <= 1 for one in found)


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_has_a_rank_and_its_score_counts(kind: Kind) -> None:
    low, high = gravity(verdict((kind, 0.3))), gravity(verdict((kind, 0.8)))
    assert 0 <= low <= high < 1
    assert low < high or kind is Kind.SITE_AUDIT_SAMPLE


def test_a_sample_counts_as_what_it_would_have_been() -> None:
    sample = (Kind.SITE_AUDIT_SAMPLE, 0.5)
    fine = Verdict(State.HELD, verdict(sample, (Kind.SPAM_MODEL, 0.2)).reasons, instead=State.APPROVED)
    bad = Verdict(State.HELD, verdict(sample, (Kind.SPAM_MODEL, 0.99)).reasons, instead=State.REJECTED)
    assert gravity(fine) == 0
    assert gravity(bad) == gravity(verdict((Kind.SPAM_MODEL, 0.99)))
