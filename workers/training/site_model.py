"""What one site's moderators taught: a correction of the shipped model, learned in the background from all decisions.

Plain Python, since workers have no scikit-learn: logistic regression by AdaGrad (Duchi, Hazan, Singer 2011) over the same
features, starting from what the shipped model says. A thousand decisions take about a second.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log, sqrt
from random import Random

from workers.checks.site_model import SiteModel

ROUNDS, PACE, PULL = 30, 0.35, 1e-4
#: Many decisions need fewer rounds: so many visits of a decision are enough.
VISITS, FEWEST_ROUNDS = 15_000, 4
#: No model is made from fewer decisions, nor believed before it predicted so many others.
FEWEST, JUDGED_ON = 25, 50
KEPT = 6_000
#: From here on, retraining waits until the decisions have grown by this factor.
GROWTH = 1.15


@dataclass(frozen=True, slots=True)
class Lesson:
    """One decision: what was read, the log-odds that the shipped model gave, and whether a person rejected it (1) or not (0)."""

    features: frozenset[str]
    shipped: float
    rejected: int


@dataclass(frozen=True, slots=True)
class Record:
    """How the site's model did on decisions that it had not seen, beside the shipped one: shares of right calls, and doubt.

    `gain` is how much less surprised (nats a comment) it was than the shipped model; `sure` the same minus two standard errors.
    """

    judged: int
    right: float
    right_shipped: float
    gain: float
    sure: float

    @property
    def believed(self) -> bool:
        """Whether the site's model may speak: better than the shipped one beyond chance."""
        return self.judged >= JUDGED_ON and self.sure > 0


def learn(lessons: Sequence[Lesson]) -> SiteModel:
    """A model of all decisions so far. The same decisions in the same order give the same model."""
    seen = Counter(feature for lesson in lessons for feature in lesson.features)
    known = [f for f, count in sorted(seen.items(), key=lambda pair: (-pair[1], pair[0])) if 2 <= count < len(lessons)]
    place = {feature: at for at, feature in enumerate(known[: 4 * KEPT])}
    rows = [[place[f] for f in sorted(lesson.features) if f in place] for lesson in lessons]
    weights, bias, trust = _descend(rows, lessons, len(place))
    heaviest = sorted(place, key=lambda f: (-abs(weights[place[f]]), f))[:KEPT]
    return SiteModel({f: weights[place[f]] for f in sorted(heaviest)}, bias, trust)


def prequential(lessons: Sequence[Lesson]) -> Record:
    """Predict, then learn, in the order of the decisions: what the record of the site's model would have been."""
    outcomes: list[tuple[float, float, int]] = []
    at = FEWEST
    while at < len(lessons):
        until = min(len(lessons), max(at + FEWEST, int(at * 1.5)))
        model = learn(lessons[:at])
        outcomes += [
            (model.chance(set(lesson.features), lesson.shipped), _sigmoid(lesson.shipped), lesson.rejected)
            for lesson in lessons[at:until]
        ]
        at = until
    return _record(outcomes)


def due(decisions: int, learned_from: int) -> bool:
    """Whether enough was decided since the last training to train again."""
    return decisions >= max(FEWEST, int(learned_from * GROWTH) + 1)


def _descend(rows: Sequence[Sequence[int]], lessons: Sequence[Lesson], size: int) -> tuple[list[float], float, float]:
    weights, squares = [0.0] * size, [1.0] * size
    bias, trust = 0.0, 1.0
    # The fewer decisions there are, the faster they must say how far the shipped model is right here.
    learns = 0.01 + 1.0 / max(1, len(rows))
    order = list(range(len(rows)))
    chance = Random(17)
    for _ in range(max(FEWEST_ROUNDS, min(ROUNDS, VISITS // max(1, len(rows))))):
        chance.shuffle(order)
        for at in order:
            row, lesson = rows[at], lessons[at]
            unit = 1.0 / sqrt(len(row) or 1)
            odds = trust * lesson.shipped + bias + unit * sum([weights[i] for i in row])
            error = _sigmoid(odds) - lesson.rejected
            bias -= 0.02 * error
            trust = max(0.0, trust - learns * (error * max(-4.0, min(4.0, lesson.shipped)) + 0.02 * (trust - 1.0)))
            step = error * unit
            for i in row:
                slope = step + PULL * weights[i]
                squares[i] += slope * slope * 50
                weights[i] -= PACE * slope * 8 / sqrt(squares[i])
    return weights, bias, trust


def _record(outcomes: Sequence[tuple[float, float, int]]) -> Record:
    if not outcomes:
        return Record(0, 0.0, 0.0, 0.0, 0.0)
    gains = [_surprise(shipped, said) - _surprise(site, said) for site, shipped, said in outcomes]
    count = len(gains)
    gain = sum(gains) / count
    doubt = sqrt(sum((each - gain) ** 2 for each in gains) / count / count)
    right = sum((site >= 0.5) == bool(said) for site, _, said in outcomes) / count
    right_shipped = sum((shipped >= 0.5) == bool(said) for _, shipped, said in outcomes) / count
    return Record(count, right, right_shipped, gain, gain - 2 * doubt)


def _surprise(chance: float, said: int) -> float:
    return -log(max(1e-6, chance if said else 1.0 - chance))


def _sigmoid(odds: float) -> float:
    return 1.0 / (1.0 + exp(-max(-30.0, min(30.0, odds))))
