"""Calibration of the abuse model for one site, from its decisions: Platt scaling in plain Python, and used only if it is better."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log1p, sqrt

from service.domain.policy.site_model_doubts import FEWEST_OF_A_KIND, JUDGED_ON

#: The slope and offset that change nothing, and how strongly the calibration is pulled towards them.
UNCHANGED, PULL = (1.0, 0.0), 0.5
#: The slope stays in this range, and the offset within -MOST_OFFSET to MOST_OFFSET: a few odd decisions must not turn the model round.
LEAST_SLOPE, MOST_SLOPE, MOST_OFFSET = 0.2, 3.0, 6.0
_STEPS = 25


@dataclass(frozen=True, slots=True)
class Judged:
    """A comment with the log-odds of the abuse model, and whether a person rejected it (1) or it was fine (0). `counts`: its weight."""

    odds: float
    rejected: int
    counts: float = 1.0


def calibration_of(judged: Sequence[Judged]) -> tuple[float, float]:
    """The slope and offset for the log-odds of the abuse model.

    `UNCHANGED` if there are few comments of either kind, or if the calibration is not better, by more than a standard error, on comments that it was
    not made from.
    """
    kinds = [sum(each.counts for each in judged if each.rejected == kind) for kind in (0, 1)]
    if min(kinds) < FEWEST_OF_A_KIND or len(judged) < JUDGED_ON:
        return UNCHANGED
    halves = [judged[half::2] for half in (0, 1)]
    gains = [gain for half in (0, 1) for gain in _gains(fit(halves[half]), halves[1 - half])]
    mean = sum(gains) / len(gains)
    doubt = sqrt(sum((gain - mean) ** 2 for gain in gains)) / len(gains)
    return fit(judged) if mean > doubt else UNCHANGED


def fit(judged: Sequence[Judged]) -> tuple[float, float]:
    """The slope and offset with the least log loss, by Newton's method, pulled towards `UNCHANGED`."""
    slope, offset = UNCHANGED
    for _ in range(_STEPS):
        rest = PULL * (slope - 1.0), PULL * offset
        square, mixed, single = PULL, 0.0, PULL
        for each in judged:
            chance = _sigmoid(slope * each.odds + offset)
            error, bend = each.counts * (chance - each.rejected), each.counts * chance * (1.0 - chance)
            rest = rest[0] + error * each.odds, rest[1] + error
            square, mixed, single = square + bend * each.odds**2, mixed + bend * each.odds, single + bend
        scale = square * single - mixed * mixed
        slope -= (single * rest[0] - mixed * rest[1]) / scale
        offset -= (square * rest[1] - mixed * rest[0]) / scale
        slope = min(MOST_SLOPE, max(LEAST_SLOPE, slope))
        offset = min(MOST_OFFSET, max(-MOST_OFFSET, offset))
    return round(slope, 4), round(offset, 4)


def _gains(calibration: tuple[float, float], judged: Sequence[Judged]) -> list[float]:
    slope, offset = calibration
    return [each.counts * (_loss(each.odds, each.rejected) - _loss(slope * each.odds + offset, each.rejected)) for each in judged]


def _loss(odds: float, rejected: int) -> float:
    against = -odds if rejected else odds
    return max(against, 0.0) + log1p(exp(-abs(against)))


def _sigmoid(odds: float) -> float:
    return 1.0 / (1.0 + exp(-max(-30.0, min(30.0, odds))))
