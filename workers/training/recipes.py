"""The recipes of the shipped models: the training sets and their weights, and the calibration of the margin."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from workers.checks.model.linear import Linear
from workers.checks.model.style_features import shape
from workers.checks.models import features as spam_features
from workers.checks.prepared import Prepared
from workers.training.corpora import Example, abuse_in_news, distinct, examples, rows
from workers.training.fitting import Table, calibrated, fit, surprise
from workers.training.spam_today import calm_today, spam_today
from workers.training.synthetic import blog_spam, calm_about_people, calm_asking, calm_pointing

FOLDS = 4
#: For large sets with a small weight, every second or third comment is enough.
_EVERY = {"wiki_cat_large": 2, "davidson": 3, "edos": 3}
#: Requests that advertisers make, but readers too.
_ASKING = re.compile(
    r"\b(?:(?:un)?subscri|channel|check|visit|shar(?:e|ing)|offer|please|click|follow|vote|free|join|website|video|sign(?:ed)? up|contact"
    r"|bet(?:s|ting)?\b|casino|gambl|loans?\b|crypto|bitcoin|whatsapp|telegram|phone|lotter|invest|profit|earn(?:s|ed)?\b|salar|jobs?\b|winners?\b)",
    re.IGNORECASE,
)
_LOUD = ("#capitals", "#exclamations", "#length")
VIDEO = "youtube/"
#: An example with calibration weight 0 has this weight when the hyperparameters are chosen.
UNCALIBRATED = 0.1
#: The hyperparameters: the inverse of the penalty, a factor for the weight of comments under videos, and the share of labels
#: that is assumed to be wrong.
Choice = tuple[float, float, float]
#: Shares of wrong labels to try. Under videos, the same words are sometimes labelled as spam and sometimes not.
DOUBTS = (0.0, 0.05)
#: An example, its weight in fitting, and its weight in calibration.
Lesson = tuple[Example, float, float]


@dataclass(frozen=True, slots=True)
class Plan:
    """The recipe of one model. `lessons` gives every example with its weight in fitting and its weight in calibration."""

    name: str
    sets: tuple[str, ...]
    lessons: Callable[[Path], list[Lesson]]
    features: Callable[[Prepared], set[str]]
    kept: int
    choices: tuple[Choice, ...]
    at_least: int = 2
    capped: int = 1
    blend: float = 1.0
    rarity: float = 1.0
    smoothing: float = 0.3

    def table(self, lessons: Iterable[Lesson]) -> Table:
        return Table.of((self.features(example.prepared()) for example, _, _ in lessons), at_least=self.at_least)


def spam_lessons(folder: Path) -> list[Lesson]:
    """The spam model's training data: mainly comments. Messages and mail add other kinds of spam. Calm comments count as fine."""
    calm = [replace(e, label=0) for e in distinct(abuse_in_news(folder))[:3000]]
    talk = [replace(e, label=0, text=e.text[:800]) for e in distinct(examples(folder, "wiki_cat_large"))[:2000]]
    mail = [replace(e, text=e.text[:800]) for e in distinct(examples(folder, "spamassassin_mail"))[::3]]
    linking, short, asking = _calm(folder)
    return [
        *((e, 1.0, 1.0) for e in distinct(examples(folder, "youtube_spam"))),
        *((e, 0.05, 0.3) for e in distinct(examples(folder, "sms_spam"))),
        *((e, 0.3, 0.3) for e in distinct(examples(folder, "tg_spam"))),
        *((e, 0.02, 0.0) for e in mail),
        *((e, 0.1, 0.3) for e in distinct(blog_spam(1500))),
        *((e, 0.05, 0.3) for e in (*calm, *talk)),
        *((e, 0.5, 0.0) for e in distinct(linking, apart_from=talk)),
        *((e, 0.3, 0.0) for e in distinct(calm_pointing(600))),
        *((e, 0.1, 0.0) for e in distinct(asking, apart_from=(*calm, *talk))),
        *((e, 0.3, 0.0) for e in distinct(calm_asking(2000))),
        *((e, 0.05, 0.0) for e in distinct(short, apart_from=(*calm, *talk))[::5]),
        *_today(folder),
    ]


def _today(folder: Path) -> Iterator[Lesson]:
    """Spam as it is sent today, calm comments on the same subjects, and comments in other languages.

    A comment in another language is no spam, however rude it is.
    """
    yield from ((e, 0.2, 0.1) for e in distinct(spam_today(4000)))
    yield from ((e, 0.3, 0.1) for e in distinct(calm_today(5000)))
    gambling = distinct(examples(folder, "judol"))
    yield from ((e, 0.6, 0.1) for e in gambling if e.label)
    yield from ((e, 0.1, 0.1) for e in [e for e in gambling if not e.label][::3])
    others = [Example(str(row["text"])[:800], 0, "calm") for row in rows(folder, "abuse_other")]
    yield from ((e, 0.03, 0.0) for e in distinct(others[::8]))


def _calm(folder: Path) -> tuple[list[Example], list[Example], list[Example]]:
    """Calm comments in three lists: comments with a link, short comments, and comments that make requests as advertisers do.

    They balance the set of video comments: under videos a link or "please subscribe" is nearly always spam, on a talk page or
    under news it is not.
    """
    fine = [
        Example(e.text[:800], 0, "calm")
        for name in ("wiki_cat_large", "jigsaw_balanced", "wiki_detox_test", "civil_toxic_spans")
        for e in examples(folder, name)
        if e.label == 0
    ]
    linking = [e for e in fine if "http" in e.text or "www." in e.text]
    plain = [e for e in fine if "http" not in e.text]
    return linking, [e for e in plain if len(e.text) < 120], [e for e in plain if len(e.text) < 400 and _ASKING.search(e.text)]


def abuse_lessons(folder: Path) -> list[Lesson]:
    """The abuse model's training data. Talk pages have the best labels. Calibrated for news, where few comments are attacks."""
    counts = {
        "jigsaw_balanced": 1.0,
        "wiki_detox_test": 1.0,
        "surge_toxicity": 4.0,
        "wiki_cat_large": 0.5,
        "davidson": 0.4,
        "edos": 0.1,
    }
    said = [
        (e, weight, _news_like(name, e))
        for name, weight in counts.items()
        for e in distinct(examples(folder, name)[:: _EVERY.get(name, 1)])
    ]
    calm = [(e, 0.5, 0.0) for e in distinct(calm_about_people())]
    return said + calm + [(e, 0.1, 0.0) for e in distinct(abuse_in_news(folder))]


def _news_like(name: str, example: Example) -> float:
    """The calibration weight of an example: a newsroom gets about one attack in twenty comments, not one in two as in the set."""
    if name not in ("jigsaw_balanced", "wiki_detox_test", "wiki_cat_large"):
        return 0.0
    return 0.05 if example.label else 0.5


def _abuse_features(prepared: Prepared) -> set[str]:
    """The abuse model's features: words, character n-grams, loudness and length. Links tell nothing about an attack."""
    looks = shape(prepared)
    loud = {each for each in looks if each.startswith(_LOUD)}
    return prepared.said.pieces() | prepared.said.pairs() | loud


SPAM = Plan(
    "spam",
    (
        "youtube_spam",
        "sms_spam",
        "tg_spam",
        "spamassassin_mail",
        "civil_toxic_spans",
        "wiki_cat_large",
        "jigsaw_balanced",
        "wiki_detox_test",
        "judol",
        "abuse_other",
    ),
    spam_lessons,
    spam_features,
    40_000,
    # Measured with and without `doubt`: the log loss of every candidate was lower with it, so each candidate has it. Measured
    # with a factor of 4 for comments under videos: the log loss was higher, so no candidate has that factor.
    ((10.0, 1.0, DOUBTS[-1]), (3.0, 2.0, DOUBTS[-1])),
    capped=100,
    rarity=1.5,
    smoothing=0.1,
)
ABUSE = Plan(
    "abuse",
    ("jigsaw_balanced", "wiki_detox_test", "wiki_cat_large", "surge_toxicity", "davidson", "edos", "civil_toxic_spans"),
    abuse_lessons,
    _abuse_features,
    50_000,
    ((1.0, 1.0, 0.0),),
    at_least=3,
    rarity=1.5,
    blend=3.0,
)
PLANS = (SPAM, ABUSE)


def train(plan: Plan, folder: Path) -> Linear:
    """Train the model of a plan, as it is shipped."""
    lessons = plan.lessons(folder)
    return taught(plan, lessons, plan.table(lessons))


def taught(plan: Plan, lessons: Sequence[Lesson], table: Table) -> Linear:
    """A model fitted on all lessons with the best of the plan's choices, and calibrated on out-of-fold margins.

    Only lessons with a calibration weight are used to calibrate it.
    """
    choice, margins = chosen(plan, lessons, table)
    aside = [at for at, (_, _, weight) in enumerate(lessons) if weight]
    whole = fitted(plan, lessons, table, choice)
    labels, weights = [lessons[at][0].label for at in aside], [lessons[at][2] for at in aside]
    return calibrated(whole, [margins[at] for at in aside], labels, weights)


def chosen(plan: Plan, lessons: Sequence[Lesson], table: Table) -> tuple[Choice, list[float]]:
    """The choice with the least log loss in cross-validation, and its out-of-fold margins.

    An evaluation calls this on the training part only, so that the choice has not seen the held-out examples.
    """
    said = [(choice, _unseen(plan, lessons, table, choice)) for choice in plan.choices]
    if len(said) == 1:
        return said[0]
    labels, weights = [e.label for e, _, _ in lessons], [weight or UNCALIBRATED for _, _, weight in lessons]
    return min(said, key=lambda one: surprise(one[1], labels, weights))


def _unseen(plan: Plan, lessons: Sequence[Lesson], table: Table, choice: Choice) -> list[float]:
    """The out-of-fold margin of each lesson: by a model that was trained without the lesson's fold."""
    fold_of = folds([example for example, _, _ in lessons])
    margins = [0.0] * len(lessons)
    for fold in sorted(set(fold_of)):
        rest = [at for at, other in enumerate(fold_of) if other != fold]
        held = [at for at, other in enumerate(fold_of) if other == fold]
        one = fitted(plan, [lessons[at] for at in rest], table.rows(rest), choice)
        for at, margin in zip(held, table.rows(held).margins(one), strict=True):
            margins[at] = margin
    return margins


def fitted(plan: Plan, lessons: Sequence[Lesson], table: Table, choice: Choice | None = None) -> Linear:
    """A model fitted on these lessons, not calibrated. Uses the plan's first choice unless another is given."""
    strength, videos, doubt = choice or plan.choices[0]
    labels = [e.label for e, _, _ in lessons]
    weights = [weight * (videos if e.part.startswith(VIDEO) else 1.0) for e, weight, _ in lessons]
    return fit(
        table,
        labels,
        weights,
        kept=plan.kept,
        at_least=plan.at_least,
        strength=strength,
        capped=plan.capped,
        blend=plan.blend,
        rarity=plan.rarity,
        smoothing=plan.smoothing,
        doubt=doubt,
    )


def folds(lessons: Sequence[Example]) -> list[int]:
    """The fold of each example: by its video if it has one, else by its normalised text.

    So a video, or a text without a video, is never in two folds.
    """
    videos = {part: at % FOLDS for at, part in enumerate(sorted({e.part for e in lessons if e.part.startswith(VIDEO)}))}
    return [videos.get(example.part, sum(map(ord, example.normal)) % FOLDS) for example in lessons]
