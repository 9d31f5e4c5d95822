"""The models that Greenroom ships: what each learns from, how much each set counts, and how its margin is calibrated."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from workers.checks.linear import Linear
from workers.checks.models import features as spam_features
from workers.checks.prepared import Prepared
from workers.training.corpora import Example, abuse_in_news, distinct, examples
from workers.training.fitting import calibrated, fit
from workers.training.templates import blog_spam, calm_about_people

FOLDS = 4
#: Of the sets that are large and count little, every second or third comment teaches as much.
_EVERY = {"wiki_cat_large": 2, "davidson": 3, "edos": 3}
#: An example, how much it counts in fitting, and how much in calibrating.
Lesson = tuple[Example, float, float]


@dataclass(frozen=True, slots=True)
class Plan:
    """How one model is made. `lessons` gives every example with how much it counts in fitting, and how much in calibrating."""

    name: str
    sets: tuple[str, ...]
    lessons: Callable[[Path], list[Lesson]]
    features: Callable[[Prepared], set[str]]
    kept: int
    at_least: int = 2
    strength: float = 10.0


def spam_lessons(folder: Path) -> list[Lesson]:
    """Comments first; messages and mail only teach what other spam looks like, and calm talk what is none."""
    calm = [replace(e, label=0) for e in distinct(abuse_in_news(folder))[:3000]]
    talk = [replace(e, label=0, text=e.text[:800]) for e in distinct(examples(folder, "wiki_cat_large"))[:2000]]
    mail = [replace(e, text=e.text[:800]) for e in distinct(examples(folder, "spamassassin_mail"))[::3]]
    return [
        *((e, 1.0, 1.0) for e in distinct(examples(folder, "youtube_spam"))),
        *((e, 0.05, 0.3) for e in distinct(examples(folder, "sms_spam"))),
        *((e, 0.3, 0.3) for e in distinct(examples(folder, "tg_spam"))),
        *((e, 0.02, 0.0) for e in mail),
        *((e, 0.1, 0.3) for e in distinct(blog_spam(1500))),
        *((e, 0.05, 0.3) for e in (*calm, *talk)),
    ]


def abuse_lessons(folder: Path) -> list[Lesson]:
    """Talk pages first, as the best labelled; calibrated for readers of news, of whom few attack anybody."""
    counts = {
        "jigsaw_balanced": 1.0,
        "wiki_detox_test": 1.0,
        "surge_toxicity": 1.0,
        "wiki_cat_large": 0.2,
        "davidson": 0.1,
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
    """Attacks are one in twenty of what a newsroom gets, not one in two as in a set made for learning."""
    if name not in ("jigsaw_balanced", "wiki_detox_test", "wiki_cat_large"):
        return 0.0
    return 0.05 if example.label else 0.5


def _words(prepared: Prepared) -> set[str]:
    return prepared.pieces


SPAM = Plan(
    "spam",
    ("youtube_spam", "sms_spam", "tg_spam", "spamassassin_mail", "civil_toxic_spans", "wiki_cat_large"),
    spam_lessons,
    spam_features,
    30_000,
)
ABUSE = Plan(
    "abuse",
    ("jigsaw_balanced", "wiki_detox_test", "wiki_cat_large", "surge_toxicity", "davidson", "edos", "civil_toxic_spans"),
    abuse_lessons,
    _words,
    50_000,
    at_least=3,
    strength=3.0,
)
PLANS = (SPAM, ABUSE)


def made(plan: Plan, folder: Path) -> Linear:
    """The model of a plan, as it is shipped."""
    lessons = plan.lessons(folder)
    return taught(plan, lessons, [plan.features(example.prepared()) for example, _, _ in lessons])


def taught(plan: Plan, lessons: Sequence[Lesson], features: Sequence[set[str]]) -> Linear:
    """Fitted on all lessons, calibrated on a quarter of them by a model fitted on the rest."""
    fold_of = folds([example for example, _, _ in lessons])
    rest = [at for at, fold in enumerate(fold_of) if fold != 0]
    first = fitted(plan, [lessons[at] for at in rest], [features[at] for at in rest])
    aside = [at for at, fold in enumerate(fold_of) if fold == 0 and lessons[at][2]]
    margins = [first.margin(features[at]) for at in aside]
    whole = fitted(plan, lessons, features)
    return calibrated(whole, margins, [lessons[at][0].label for at in aside], [lessons[at][2] for at in aside])


def fitted(plan: Plan, lessons: Sequence[Lesson], features: Sequence[set[str]]) -> Linear:
    """Fitted on these lessons, not calibrated."""
    labels, weights = [e.label for e, _, _ in lessons], [weight for _, weight, _ in lessons]
    return fit(features, labels, weights, kept=plan.kept, at_least=plan.at_least, strength=plan.strength)


def folds(lessons: Sequence[Example]) -> list[int]:
    """Which fold each example falls into: by its normalised text, so that the same text never stands on both sides."""
    return [sum(map(ord, example.normal)) % FOLDS for example in lessons]
