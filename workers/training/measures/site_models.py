"""A site's own model after a number of decisions."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random

from service.domain.policy.judge import BEYOND_DOUBT
from workers.checks import models
from workers.checks.model.site_model import log_odds
from workers.training import site_model
from workers.training.corpora import distinct, examples
from workers.training.judging import mean
from workers.training.metrics import Figure, figure
from workers.training.recipes import SPAM, taught

#: Orders of the decisions. One order differs from the next by .008 after 1,000 decisions (standard deviation), so three are too few.
DRAWS = 20


def new_site(folder: Path) -> Iterator[Figure]:
    """A site unlike the training data of the shipped model: the accuracy of the site's own model after n decisions."""
    asked = distinct(examples(folder, "youtube_spam"))
    if len(asked) < 1100:
        return
    lessons = [lesson for lesson in SPAM.lessons(folder) if not lesson[0].part.startswith("youtube")]
    shipped = taught(SPAM, lessons, SPAM.table(lessons))
    decided = []
    for prepared, label in ((example.prepared(), example.label) for example in asked):
        features = models.features(prepared)
        chance = shipped.probability(shipped.margin(features))
        decided.append(site_model.Lesson(frozenset(features), log_odds(chance), label))
    for count, goal in ((50, ">= .91"), (200, ">= .94"), (1000, ">= .96")):
        said = [pair for seed in range(DRAWS) for pair in _said_after(count, decided, seed)]
        right = mean((chance >= 0.5) == label for chance, label in said)
        how = f"YouTube in random order, mean of {DRAWS}"
        yield figure(f"a new site after {count} decisions, accuracy", right, goal, how)
        doubtless = [label for chance, label in said if chance >= BEYOND_DOUBT]
        yield figure(f"a new site after {count} decisions, right of what is beyond doubt", mean(doubtless), "", how)


def _said_after(count: int, decided: Sequence[site_model.Lesson], seed: int) -> list[tuple[float, int]]:
    order = list(decided)
    Random(seed).shuffle(order)
    model = site_model.learn(site_model.balanced(order[:count], ()))
    return [(model.chance(set(one.features), one.shipped), one.rejected) for one in order[count:]]


SLOW = (new_site,)
