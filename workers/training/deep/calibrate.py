"""Calibrates the transformer on texts that it was not trained on: the limit for hate, and its weight beside the linear model."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from math import exp
from pathlib import Path

from workers.checks.deep.reading import DeepReading, read_text
from workers.checks.deep.transformer import Calibration, Transformer
from workers.checks.model.model_file import shipped_models
from workers.checks.text.normalize import fold
from workers.training.corpora import Example
from workers.training.recipes import ABUSE
from workers.training.unseen import margins_held_out

#: The share of calm news that may score 0.5 or more for hate.
FALSE_ALARMS = 0.0075
#: The log-odds of the score grow as fast as those of the head, so the score of a clear case is near 1.
SLOPE = 1.0


@dataclass(frozen=True, slots=True)
class Scored:
    """The log-odds for one text: of the linear model for an attack, and of the two heads."""

    linear: float
    attack: float
    hate: float


def scored(model: Transformer, texts: Sequence[str], linear: Sequence[float]) -> list[Scored]:
    """What the transformer says about these texts, beside the log-odds of a linear model."""
    read = [read_text(model, fold(text).text) for text in texts]
    return [Scored(odds, deep.attack, deep.hate) for odds, deep in zip(linear, read, strict=True)]


def linear_held_out(folder: Path, texts: Sequence[str]) -> list[float]:
    """The log-odds of an attack, by a linear model like the shipped one that was trained without these texts."""
    scale = shipped_models().scales[1]
    margins = margins_held_out(ABUSE, folder, [Example(text, 0) for text in texts])
    return [scale.slope * margin + scale.offset for margin in margins]


def calibrated(calm_news: Sequence[DeepReading], attacks: Sequence[tuple[Scored, int, float]]) -> dict[str, float]:
    """The calibration for the model's file. `attacks`: texts with their label and their weight (a newsroom gets few attacks)."""
    ranked = sorted((each.hate for each in calm_news), reverse=True)
    limit = ranked[int(FALSE_ALARMS * len(ranked))]
    linear, attack, shift = _logistic([((s.linear, s.attack), label, weight) for s, label, weight in attacks])
    return asdict(Calibration(round(limit, 2), SLOPE, round(linear, 3), round(attack, 3), round(shift, 3)))


def _logistic(rows: Sequence[tuple[tuple[float, float], int, float]]) -> tuple[float, float, float]:
    """Weights of a logistic regression with two features, by gradient descent."""
    weights, total = [0.5, 0.5, 0.0], sum(weight for _, _, weight in rows)
    for _ in range(800):
        slopes = [0.0, 0.0, 0.0]
        for (one, two), label, weight in rows:
            margin = weights[0] * one + weights[1] * two + weights[2]
            wrong = (1 / (1 + exp(-max(-30.0, min(30.0, margin)))) - label) * weight
            slopes = [slopes[0] + wrong * one, slopes[1] + wrong * two, slopes[2] + wrong]
        weights = [value - 0.1 * slope / total for value, slope in zip(weights, slopes, strict=True)]
    return weights[0], weights[1], weights[2]
