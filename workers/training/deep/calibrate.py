"""Calibrates the transformer on calm news that it was not trained on: the limit for hate, and the shift of the score for attacks."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from math import log

from service.domain.policy.check_input import CheckInput
from service.domain.policy.judge import HOLD_AT
from service.domain.policy.signals import Kind
from workers.checks.deep.reading import read_text
from workers.checks.deep.transformer import Calibration, Transformer
from workers.checks.models import probabilities
from workers.checks.prepared import Prepared

#: The share of calm news that may score 0.5 or more for hate.
FALSE_ALARMS = 0.0075
#: The log-odds of the score grow as fast as those of the head, so the score of a clear case is near 1.
SLOPE = 1.0
#: The weight of the transformer for attacks, where the linear model has 1. A logistic regression on rows that neither model
#: learned from gave 0.246.
ATTACK_WEIGHT = 0.25


@dataclass(frozen=True, slots=True)
class Scored:
    """The log-odds for one text: of the linear model for an attack, and of the two heads."""

    linear: float
    attack: float
    hate: float


def scored(model: Transformer, text: str) -> Scored:
    """What the shipped linear model and the transformer say about a text."""
    prepared = Prepared.of(CheckInput(text))
    deep = read_text(model, prepared.text.text)
    return Scored(_log_odds(probabilities(prepared)[1]), deep.attack, deep.hate)


def calibrated(calm_news: Sequence[Scored]) -> dict[str, float]:
    """The calibration for the model's file. With it the score for attacks holds as many calm comments as the linear model alone."""
    hate = sorted((each.hate for each in calm_news), reverse=True)
    limit = hate[int(FALSE_ALARMS * len(hate))]
    to_hold = _log_odds(HOLD_AT[Kind.ABUSE_MODEL])
    held = sum(each.linear >= to_hold for each in calm_news)
    together = sorted((each.linear + ATTACK_WEIGHT * each.attack for each in calm_news), reverse=True)
    return asdict(Calibration(round(limit, 2), SLOPE, 1.0, ATTACK_WEIGHT, round(to_hold - together[held], 2)))


def _log_odds(chance: float) -> float:
    kept = min(max(chance, 1e-5), 1 - 1e-5)
    return log(kept / (1 - kept))
