"""The models that Greenroom ships: what each learns from, how much each set counts, and how its margin is calibrated."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from workers.checks.linear import Linear
from workers.checks.models import features as spam_features
from workers.checks.ngrams import shape
from workers.checks.prepared import Prepared
from workers.training.corpora import Example, abuse_in_news, distinct, examples
from workers.training.fitting import calibrated, fit
from workers.training.templates import blog_spam, calm_about_people, calm_pointing

FOLDS = 4
#: Of the sets that are large and count little, every second or third comment teaches as much.
_EVERY = {"wiki_cat_large": 2, "davidson": 3, "edos": 3}
_LOUD = ("#capitals", "#exclamations", "#length")
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
    capped: int = 1


def spam_lessons(folder: Path) -> list[Lesson]:
    """Comments first; messages and mail only teach what other spam looks like, and calm talk what is none."""
    calm = [replace(e, label=0) for e in distinct(abuse_in_news(folder))[:3000]]
    talk = [replace(e, label=0, text=e.text[:800]) for e in distinct(examples(folder, "wiki_cat_large"))[:2000]]
    mail = [replace(e, text=e.text[:800]) for e in distinct(examples(folder, "spamassassin_mail"))[::3]]
    linking, short = _calm(folder)
    return [
        *((e, 1.0, 1.0) for e in distinct(examples(folder, "youtube_spam"))),
        *((e, 0.05, 0.3) for e in distinct(examples(folder, "sms_spam"))),
        *((e, 0.3, 0.3) for e in distinct(examples(folder, "tg_spam"))),
        *((e, 0.02, 0.0) for e in mail),
        *((e, 0.1, 0.3) for e in distinct(blog_spam(1500))),
        *((e, 0.05, 0.3) for e in (*calm, *talk)),
        *((e, 0.25, 0.0) for e in distinct(linking, apart_from=talk)),
        *((e, 0.15, 0.0) for e in distinct(calm_pointing(600))),
        *((e, 0.05, 0.0) for e in distinct(short, apart_from=(*calm, *talk))[::5]),
    ]


def _calm(folder: Path) -> tuple[list[Example], list[Example]]:
    """Calm comments with a link, and short ones: among videos a link is nearly always spam, on a talk page or under news it is not."""
    fine = [
        Example(e.text[:800], 0, "calm")
        for name in ("wiki_cat_large", "jigsaw_balanced", "wiki_detox_test", "civil_toxic_spans")
        for e in examples(folder, name)
        if e.label == 0
    ]
    linking = [e for e in fine if "http" in e.text or "www." in e.text]
    return linking, [e for e in fine if len(e.text) < 120 and "http" not in e.text]


def abuse_lessons(folder: Path) -> list[Lesson]:
    """Talk pages first, as the best labelled; calibrated for readers of news, of whom few attack anybody."""
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
    """Attacks are one in twenty of what a newsroom gets, not one in two as in a set made for learning."""
    if name not in ("jigsaw_balanced", "wiki_detox_test", "wiki_cat_large"):
        return 0.0
    return 0.05 if example.label else 0.5


def _abuse_features(prepared: Prepared) -> set[str]:
    """Words and pieces, and how loud and long a comment is. Where it links to says nothing about an attack."""
    seen = shape(prepared.reading, prepared.text, prepared.links)
    return prepared.pieces | {each for each in seen if each.startswith(_LOUD)}


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
    ),
    spam_lessons,
    spam_features,
    30_000,
    capped=100,
)
ABUSE = Plan(
    "abuse",
    ("jigsaw_balanced", "wiki_detox_test", "wiki_cat_large", "surge_toxicity", "davidson", "edos", "civil_toxic_spans"),
    abuse_lessons,
    _abuse_features,
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
    """Fitted on all lessons, calibrated by what models that had not seen them say of those that count in calibrating."""
    fold_of = folds([example for example, _, _ in lessons])
    aside: list[int] = []
    margins: list[float] = []
    for fold in range(FOLDS):
        rest = [at for at, other in enumerate(fold_of) if other != fold]
        held = [at for at, other in enumerate(fold_of) if other == fold and lessons[at][2]]
        if held:
            one = fitted(plan, [lessons[at] for at in rest], [features[at] for at in rest])
            aside += held
            margins += [one.margin(features[at]) for at in held]
    whole = fitted(plan, lessons, features)
    return calibrated(whole, margins, [lessons[at][0].label for at in aside], [lessons[at][2] for at in aside])


def fitted(plan: Plan, lessons: Sequence[Lesson], features: Sequence[set[str]]) -> Linear:
    """Fitted on these lessons, not calibrated."""
    labels, weights = [e.label for e, _, _ in lessons], [weight for _, weight, _ in lessons]
    return fit(features, labels, weights, kept=plan.kept, at_least=plan.at_least, strength=plan.strength, capped=plan.capped)


def folds(lessons: Sequence[Example]) -> list[int]:
    """Which fold each example falls into: by its video where it has one, else by its normalised text, so that neither the same
    text nor the same video ever stands on both sides."""
    videos = {part: at % FOLDS for at, part in enumerate(sorted({e.part for e in lessons if e.part.startswith("youtube/")}))}
    return [videos.get(example.part, sum(map(ord, example.normal)) % FOLDS) for example in lessons]
