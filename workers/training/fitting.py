"""Fitting a linear model that is small enough to ship: logistic regression blended with naive-Bayes weights, pruned, calibrated.

The blend is that of Wang and Manning (2012, "Baselines and bigrams"), with both parts in one vector of weights. Each feature is
scaled by the square root of its inverse document frequency, to the power of `rarity`, so that rare features weigh more.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.sparse import diags, vstack
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import normalize
from threadpoolctl import threadpool_limits

from workers.checks.model.linear import GAINS, WEIGHTS, Linear


def _itself(features: Iterable[str]) -> Iterable[str]:
    return features


@dataclass(frozen=True, slots=True)
class Table:
    """The sparse matrix of binary features, one row per example. Built once, then used to fit many selections of rows."""

    counts: Any
    names: Any

    @classmethod
    def of(cls, features: Iterable[Iterable[str]], *, at_least: int = 2) -> "Table":
        """Build the table. Features that occur in fewer than `at_least` examples are dropped."""
        vectorizer = CountVectorizer(analyzer=_itself, binary=True, min_df=at_least, dtype=np.float64)
        counts = vectorizer.fit_transform(features).tocsr()
        # Sort, because sums of floats depend on the order, and the order of a set differs between processes.
        counts.sort_indices()
        return cls(counts, vectorizer.get_feature_names_out())

    def rows(self, places: Sequence[int]) -> "Table":
        return Table(self.counts[list(places)], self.names)

    def margins(self, model: Linear) -> list[float]:
        """The model's margin for each row."""
        pairs = np.array([model.weights.get(name, (0.0, 0.0)) for name in self.names.tolist()])
        weights, gains = self.counts @ pairs[:, 0], self.counts @ pairs[:, 1]
        margins: list[float] = (np.where(gains > 0, weights / np.sqrt(np.maximum(gains, 1e-12)), 0.0) + model.bias).tolist()
        return margins


def fit(
    told: Table,
    labels: Sequence[int],
    weights: Sequence[float] | None = None,
    *,
    kept: int,
    at_least: int = 2,
    strength: float = 10.0,
    blend: float = 1.0,
    capped: int = 1,
    rarity: float = 1.0,
    smoothing: float = 0.3,
    doubt: float = 0.0,
) -> Linear:
    """A model of at most `kept` features. Each occurs in at least `at_least` examples. The same input gives the same model.

    `weights`: the weight of each example. `strength`: the inverse of the penalty. `blend`: the weight of the naive-Bayes part.
    `capped`: no feature weighs more than the `capped`-th heaviest. `rarity`: the exponent of the extra weight of rare features.
    `smoothing`: added to each feature count in naive Bayes. `doubt`: the share of labels that is assumed to be wrong. Weights and
    gains are rounded to the steps in which they are shipped, so the measured model is the shipped one.
    """
    y = np.asarray(labels)
    w = np.ones(len(y)) if weights is None else np.asarray(weights, dtype=float)
    often = np.flatnonzero(_examples_with(told.counts) >= at_least)
    table, names = told.counts[:, often], told.names[often]
    ratios = _ratios(table, y, w, smoothing)
    table, names, ratios = _narrowed(table, names, ratios, kept)
    gains = np.sqrt(np.log(len(y) / _examples_with(table))) ** rarity
    unit, y, w = _doubted(normalize((table @ diags(gains)).tocsr()), y, w, doubt)
    coefficients, bias = _solve(unit, y, w, ratios, strength, blend)
    steps = in_steps(gains * coefficients, WEIGHTS, capped), in_steps(gains**2, GAINS, 1)
    pairs = zip(*(each.tolist() for each in steps), strict=True)
    return Linear(dict(zip(names.tolist(), pairs, strict=True)), float(bias))


def calibrated(model: Linear, margins: Sequence[float], labels: Sequence[int], weights: Sequence[float]) -> Linear:
    """The model with Platt scaling: the slope and offset that turn margins on unseen examples into probabilities."""
    platt = LogisticRegression(C=100.0).fit(np.asarray(margins).reshape(-1, 1), labels, sample_weight=weights)
    return Linear(model.weights, model.bias, float(platt.coef_[0][0]), float(platt.intercept_[0]))


def surprise(margins: Sequence[float], labels: Sequence[int], weights: Sequence[float]) -> float:
    """The weighted log loss of the labels in nats, after Platt scaling of the margins."""
    x, y, w = np.asarray(margins).reshape(-1, 1), np.asarray(labels), np.asarray(weights)
    odds = LogisticRegression(C=100.0).fit(x, y, sample_weight=w).decision_function(x)
    return float((w * np.logaddexp(0.0, np.where(y == 1, -odds, odds))).sum() / w.sum())


def _examples_with(table: Any) -> Any:
    return np.bincount(table.indices, minlength=table.shape[1])


def _solve(unit: Any, y: Any, w: Any, ratios: Any, strength: float, blend: float) -> tuple[Any, float]:
    # One BLAS thread: on a busy machine several threads wait for each other ten times longer than they calculate.
    with threadpool_limits(1):
        plain = LogisticRegression(C=strength, max_iter=500, tol=1e-4).fit(unit, y, sample_weight=w)
        bayes = LogisticRegression(C=2 * strength, max_iter=500, tol=1e-4).fit(unit.multiply(ratios).tocsr(), y, sample_weight=w)
    coefficients = (plain.coef_[0] + blend * ratios * bayes.coef_[0]) / (1 + blend)
    return coefficients, (plain.intercept_[0] + blend * bayes.intercept_[0]) / (1 + blend)


def _doubted(unit: Any, y: Any, w: Any, doubt: float) -> tuple[Any, Any, Any]:
    """Adds each example a second time with the other label (label smoothing).

    The copy gets the share `doubt` of the example's weight; the original keeps the rest.
    """
    if not doubt:
        return unit, y, w
    return vstack([unit, unit]).tocsr(), np.concatenate([y, 1 - y]), np.concatenate([w * (1 - doubt), w * doubt])


def in_steps(values: Any, most: int, capped: int) -> Any:
    """The values, clipped to the `capped`-th largest absolute value and rounded to whole steps of 1/`most` of that limit."""
    limit = np.sort(np.abs(values))[-min(capped, len(values))]
    step = limit / most if limit else 1.0
    return np.round(np.clip(values, -limit, limit) / step) * step


def _ratios(table: Any, y: Any, w: Any, smoothing: float) -> Any:
    weighted = table.multiply(w[:, None]).tocsr()
    unwanted = np.asarray(weighted[y == 1].sum(axis=0)).ravel() + smoothing
    fine = np.asarray(weighted[y == 0].sum(axis=0)).ravel() + smoothing
    return np.log((unwanted / unwanted.sum()) / (fine / fine.sum()))


def _narrowed(table: Any, names: Any, ratios: Any, kept: int) -> tuple[Any, Any, Any]:
    """The `kept` features with the largest |log ratio| times the root of their number of examples, in their old order."""
    telling = np.abs(ratios) * np.sqrt(_examples_with(table))
    best = np.sort(np.argsort(-telling, kind="stable")[:kept])
    return table[:, best], names[best], ratios[best]
