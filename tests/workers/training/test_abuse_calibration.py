"""The abuse model is calibrated on the decisions of a site, and only where that is better."""

from math import exp
from random import Random

import pytest

from service.domain.policy.check_input import CheckInput
from service.domain.policy.signals import Kind
from workers.checks import models
from workers.checks.prepared import Prepared
from workers.training.abuse_calibration import UNCHANGED, Judged, calibration_of, fit
from workers.training.metrics import calibration_error


def decisions(count: int, slope: float, offset: float, *, seed: int = 3) -> list[Judged]:
    """Comments whose true log-odds are these of the model, times the slope, plus the offset."""
    chance = Random(seed)
    odds = [chance.gauss(0.0, 2.0) for _ in range(count)]
    return [Judged(each, int(chance.random() < 1 / (1 + exp(-(slope * each + offset))))) for each in odds]


def error(judged: list[Judged], calibration: tuple[float, float]) -> float:
    slope, offset = calibration
    return calibration_error(
        [1 / (1 + exp(-(slope * each.odds + offset))) for each in judged], [each.rejected for each in judged]
    )


@pytest.mark.parametrize(("slope", "offset"), [(0.6, 2.5), (1.0, -2.0), (2.0, 1.5)])
def test_after_200_decisions_of_a_site_the_chances_fit_it(slope: float, offset: float) -> None:
    rest = decisions(4000, slope, offset, seed=11)
    errors = [error(rest, calibration_of(decisions(200, slope, offset, seed=seed))) for seed in range(5)]
    assert sum(errors) / len(errors) <= 0.05 < error(rest, UNCHANGED)


def test_a_model_that_fits_already_is_left_as_it_is() -> None:
    changed = [calibration_of(decisions(200, 1.0, 0.0, seed=seed)) != UNCHANGED for seed in range(20)]
    assert sum(changed) <= 2


def test_decisions_of_one_kind_change_nothing() -> None:
    assert calibration_of([Judged(2.0, 1)] * 200) == UNCHANGED
    assert calibration_of([*[Judged(2.0, 1)] * 200, *[Judged(-2.0, 0, 0.25)] * 60]) == UNCHANGED


def test_a_few_odd_decisions_do_not_turn_the_model_round() -> None:
    slope, _ = fit([Judged(3.0, 0)] * 40 + [Judged(-3.0, 1)] * 40)
    assert slope > 0


def test_the_calibration_of_a_site_changes_the_score_of_its_comments() -> None:
    text = "you are an idiot and a liar"
    plain, milder = (
        next(s for s in models.check(Prepared.of(CheckInput(text, abuse_calibration=each))) if s.kind is Kind.ABUSE_MODEL)
        for each in (UNCHANGED, (1.0, -3.0))
    )
    assert milder.score < plain.score
