"""What one site's moderators taught: a correction of the shipped model, learned in the background from all decisions.

Plain Python, since workers have no scikit-learn: logistic regression by AdaGrad (Duchi, Hazan, Singer 2011) over the same
features, starting from what the shipped model says. A thousand decisions take about a second.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import exp, log, sqrt
from random import Random

from service.domain.policy.site_model_doubts import FEWEST, JUDGED_ON, STANDING_COUNTS
from workers.checks.model.site_model import SiteModel

ROUNDS, PACE, PULL = 30, 0.35, 1e-4
#: Many decisions need fewer rounds: so many visits of a decision are enough.
VISITS, FEWEST_ROUNDS = 15_000, 4
KEPT = 6_000
#: From here on, retraining waits until the decisions have grown by this factor.
GROWTH = 1.15


@dataclass(frozen=True, slots=True)
class Lesson:
    """One decision: what was read, the log-odds that the shipped model gave, and whether a person rejected it (1) or not (0).

    `counts` is its weight: less than 1 for comments without a decision.
    """

    features: frozenset[str]
    shipped: float
    rejected: int
    counts: float = 1.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the site's model and the shipped one said of a comment, each as the chance of rejecting it, and what a person did."""

    site: float
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
        """Whether the site's model is better than the shipped one beyond chance."""
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


def balanced(lessons: Sequence[Lesson], calm: Sequence[Lesson]) -> list[Lesson]:
    """The lessons with both classes of equal weight: where more reject than approve, `calm` comments are added, and if these are too few,
    each rejected one counts less. Spam that is reported often need not be written often.
    """
    rejected = sum(lesson.rejected for lesson in lessons)
    approved = len(lessons) - rejected
    if rejected <= approved:
        return list(lessons)
    added = calm[: int((rejected - approved) / STANDING_COUNTS)]
    share = (approved + STANDING_COUNTS * len(added)) / rejected
    return [*(replace(lesson, counts=share) if lesson.rejected else lesson for lesson in lessons), *added]


def prequential(lessons: Sequence[Lesson]) -> Record:
    """Predict, then learn, in the order of the decisions: what the record of the site's model would have been."""
    return record_of(outcomes_of(lessons))


def outcomes_of(lessons: Sequence[Lesson], calm: Sequence[Lesson] = ()) -> list[Outcome]:
    """What the site's model would have said of each decision before it had learned from it."""
    outcomes: list[Outcome] = []
    at = FEWEST
    while at < len(lessons):
        until = min(len(lessons), max(at + FEWEST, int(at * 1.5)))
        outcomes += predicted(learn(balanced(lessons[:at], calm)), lessons[at:until])
        at = until
    return outcomes


def predicted(model: SiteModel, lessons: Sequence[Lesson]) -> list[Outcome]:
    """What a model says of comments that it did not learn from."""
    return [
        Outcome(model.chance(set(lesson.features), lesson.shipped), _sigmoid(lesson.shipped), lesson.rejected)
        for lesson in lessons
    ]


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
    """How predictions compare with those of the shipped model."""
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
