"""Training of a site model: a correction of the shipped model, learned in the background from the site's decisions.

Plain Python, since workers have no scikit-learn: logistic regression by AdaGrad (Duchi, Hazan, Singer 2011) over the
features of the shipped model, starting from its log-odds. A thousand decisions take about a second.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import exp, log, sqrt
from random import Random

from service.domain.policy.site_model_doubts import FEWEST, JUDGED_ON, STANDING_COUNTS
from workers.checks.model.site_model import SiteModel

ROUNDS, PACE, PULL = 30, 0.35, 1e-4
#: Many decisions need fewer rounds: VISITS is the total number of updates to aim for, FEWEST_ROUNDS the least number of rounds.
VISITS, FEWEST_ROUNDS = 15_000, 4
KEPT = 6_000
#: Retrain once the number of decisions has grown by this factor.
GROWTH = 1.15


@dataclass(frozen=True, slots=True)
class Lesson:
    """One decision: the comment's features, the shipped model's log-odds, and whether a person rejected it (1) or not (0).

    `counts` is its weight: less than 1 for comments without a decision. `abuse` is the log-odds of the abuse model.
    """

    features: frozenset[str]
    shipped: float
    rejected: int
    counts: float = 1.0
    abuse: float = 0.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """The probability of rejection by the site model and by the shipped one, and whether a person rejected the comment (1, 0)."""

    site: float
    shipped: float
    rejected: int


@dataclass(frozen=True, slots=True)
class Record:
    """The site model compared with the shipped one, on decisions that it had not seen: the accuracy of both, and the gain.

    `gain`: how much smaller the site model's log loss is, in nats per comment. `sure`: the gain minus two standard errors.
    """

    judged: int
    right: float
    right_shipped: float
    gain: float
    sure: float

    @property
    def believed(self) -> bool:
        """Whether the site model is significantly better than the shipped one."""
        return self.judged >= JUDGED_ON and self.sure > 0


def learn(lessons: Sequence[Lesson]) -> SiteModel:
    """Train a model on these decisions. The same decisions in the same order give the same model."""
    seen = Counter(feature for lesson in lessons for feature in lesson.features)
    known = [f for f, count in sorted(seen.items(), key=lambda pair: (-pair[1], pair[0])) if 2 <= count < len(lessons)]
    place = {feature: at for at, feature in enumerate(known[: 4 * KEPT])}
    rows = [[place[f] for f in sorted(lesson.features) if f in place] for lesson in lessons]
    weights, bias, trust = _descend(rows, lessons, len(place))
    heaviest = sorted(place, key=lambda f: (-abs(weights[place[f]]), f))[:KEPT]
    return SiteModel({f: weights[place[f]] for f in sorted(heaviest)}, bias, trust)


def balanced(lessons: Sequence[Lesson], calm: Sequence[Lesson]) -> list[Lesson]:
    """The lessons, changed so that rejected comments do not weigh more than approved ones.

    If more comments were rejected than approved, `calm` comments are added. If these are too few, the rejected comments get a
    smaller weight. The reason: spam may have a larger share among the decisions than among the comments that people write.
    """
    rejected = sum(lesson.rejected for lesson in lessons)
    approved = len(lessons) - rejected
    if rejected <= approved:
        return list(lessons)
    added = calm[: int((rejected - approved) / STANDING_COUNTS)]
    share = (approved + STANDING_COUNTS * len(added)) / rejected
    return [*(replace(lesson, counts=share) if lesson.rejected else lesson for lesson in lessons), *added]


def prequential(lessons: Sequence[Lesson]) -> Record:
    """Prequential evaluation: predict each decision, then learn from it, in the order of the decisions."""
    return record_of(outcomes_of(lessons))


def outcomes_of(lessons: Sequence[Lesson], calm: Sequence[Lesson] = ()) -> list[Outcome]:
    """The prediction for each decision by a model trained only on earlier decisions."""
    outcomes: list[Outcome] = []
    at = FEWEST
    while at < len(lessons):
        until = min(len(lessons), max(at + FEWEST, int(at * 1.5)))
        outcomes += predicted(learn(balanced(lessons[:at], calm)), lessons[at:until])
        at = until
    return outcomes


def predicted(model: SiteModel, lessons: Sequence[Lesson]) -> list[Outcome]:
    """The model's predictions for comments that it was not trained on."""
    return [
        Outcome(model.chance(set(lesson.features), lesson.shipped), _sigmoid(lesson.shipped), lesson.rejected)
        for lesson in lessons
    ]


def due(decisions: int, learned_from: int) -> bool:
    """Whether there are enough new decisions since the last training to train again."""
    return decisions >= max(FEWEST, int(learned_from * GROWTH) + 1)


def _descend(rows: Sequence[Sequence[int]], lessons: Sequence[Lesson], size: int) -> tuple[list[float], float, float]:
    weights, squares = [0.0] * size, [1.0] * size
    bias, trust = 0.0, 1.0
    # The learning rate of `trust`, the factor of the shipped model: higher with fewer decisions.
    learns = 0.01 + 1.0 / max(1, len(rows))
    order = list(range(len(rows)))
    chance = Random(17)
    for _ in range(max(FEWEST_ROUNDS, min(ROUNDS, VISITS // max(1, len(rows))))):
        chance.shuffle(order)
        for at in order:
            row, lesson = rows[at], lessons[at]
            unit = 1.0 / sqrt(len(row) or 1)
            odds = trust * lesson.shipped + bias + unit * sum([weights[i] for i in row])
            error = lesson.counts * (_sigmoid(odds) - lesson.rejected)
            bias -= 0.02 * error
            trust = max(0.0, trust - learns * (error * max(-4.0, min(4.0, lesson.shipped)) + 0.02 * (trust - 1.0)))
            step = error * unit
            for i in row:
                slope = step + PULL * weights[i]
                squares[i] += slope * slope * 50
                weights[i] -= PACE * slope * 8 / sqrt(squares[i])
    return weights, bias, trust


def record_of(outcomes: Sequence[Outcome]) -> Record:
    """Compare the predictions with those of the shipped model."""
    if not outcomes:
        return Record(0, 0.0, 0.0, 0.0, 0.0)
    gains = [_surprise(each.shipped, each.rejected) - _surprise(each.site, each.rejected) for each in outcomes]
    count = len(gains)
    gain = sum(gains) / count
    doubt = sqrt(sum((each - gain) ** 2 for each in gains) / count / count)
    right = sum((each.site >= 0.5) == bool(each.rejected) for each in outcomes) / count
    right_shipped = sum((each.shipped >= 0.5) == bool(each.rejected) for each in outcomes) / count
    return Record(count, right, right_shipped, gain, gain - 2 * doubt)


def _surprise(chance: float, said: int) -> float:
    return -log(max(1e-6, chance if said else 1.0 - chance))


def _sigmoid(odds: float) -> float:
    return 1.0 / (1.0 + exp(-max(-30.0, min(30.0, odds))))
