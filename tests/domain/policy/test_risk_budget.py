"""A risk budget is kept with the stated confidence; with too little data nothing is decided automatically."""

from random import Random

import pytest

from service.domain.policy.risk_budget import Budget, Decided, limits, sampled, upper_bound


def history(count, seed=1):
    """Decisions whose score is the true probability of rejection, with a realistic distribution."""
    chance = Random(seed)
    scores = [chance.betavariate(0.3, 0.6) for _ in range(count)]
    return [Decided(score, chance.random() < score) for score in scores]


def test_the_bound_is_that_of_clopper_and_pearson():
    assert upper_bound(0, 100) == pytest.approx(0.0295, abs=2e-4)
    assert upper_bound(5, 100) == pytest.approx(0.1023, abs=2e-4)
    assert upper_bound(0, 0) == 1.0


def test_too_few_decisions_change_nothing():
    found = limits(history(40), Budget())
    assert (found.publish_below, found.reject_from, found.alone) == (None, None, 0.0)


def test_a_generous_budget_decides_more_alone_than_a_strict_one():
    strict, generous = (limits(history(2000), Budget(share, share)) for share in (0.03, 0.15))
    assert strict.alone < generous.alone


def test_the_budget_holds_on_comments_that_come_later():
    kept = 0
    for seed in range(10):
        found = limits(history(1500, seed), Budget(0.06, 0.06))
        later = history(4_000, seed + 1000)
        published = [one for one in later if one.score < (found.publish_below or 0.0)]
        kept += not published or sum(one.rejected for one in published) / len(published) <= 0.06
    assert kept >= 9


def test_the_share_that_is_audited_is_about_what_was_asked():
    drawn = sum(sampled(f"comment {n}", 0.02) for n in range(20_000))
    assert 300 < drawn < 500
