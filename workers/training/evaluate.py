"""Evaluation: measures each goal for which the folder has the data sets, on examples that the model has not seen.

Held out: one video at a time (YouTube), one fold at a time (SMS), one fold (talk pages, social media), or a whole set that was
never used for fitting or tuning (news). No measured text is in the training set; the normalised texts are compared.
"""

import tracemalloc
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from random import Random
from time import monotonic, thread_time

from service.domain.policy.check_input import Author, CheckInput
from service.domain.policy.judge import BEYOND_DOUBT, PolicyLimits, judge, scores
from service.domain.policy.signals import Family, Kind, Signal
from service.domain.states import State
from workers.checks import CHECKS, models, profanity, run, signals_of
from workers.checks.model import model_file
from workers.checks.model.site_model import log_odds
from workers.checks.text.lexicon import Tier
from workers.checks.text.normalize import fold
from workers.training import peers, site_model
from workers.training.corpora import Example, distinct, examples, rows
from workers.training.held_out import held_out
from workers.training.metrics import Figure, accuracy, auc, calibration_error, figure, hits_at
from workers.training.recipes import ABUSE, DOUBTS, SPAM, Lesson, Plan, fitted, folds, taught
from workers.training.synthetic import blog_spam, calm_about_people

_RULES_ONLY = {name: check for name, check in CHECKS.items() if check is not models.check}


def all_figures(folder: Path, told: Callable[[str], None] = lambda _: None) -> Iterator[Figure]:
    """All figures, quick ones first. Figures that need new training take minutes. `told` is called with progress messages."""
    began, parts = (
        monotonic(),
        (
            blog,
            news,
            profanity_figures,
            disguises,
            pseudonyms,
            shipped_models_figures,
            speed,
            new_site,
            sms,
            youtube,
            abuse,
            held_out,
        ),
    )
    for at, part in enumerate(parts, 1):
        told(f"{monotonic() - began:4.0f} s  {at} of {len(parts)}: {part.__name__.replace('_', ' ')} ...")
        yield from part(folder)
    told(f"{monotonic() - began:4.0f} s  done")


def youtube(folder: Path) -> Iterator[Figure]:
    """Holds out one video at a time: no comment under it, and no same text under another video, is used for training.

    Measures two models: one trained on videos only, as the authors of the set do, and one trained on the shipped mix, which has
    other kinds of spam and harmless links too.
    """
    asked = examples(folder, "youtube_spam")
    if not asked:
        return
    labels, groups = [example.label for example in asked], [example.part for example in asked]
    by_video = [[at for at, group in enumerate(groups) if group == video] for video in sorted(set(groups))]
    for called, plan in (("YouTube", alone(SPAM, "youtube/")), ("YouTube by the shipped mix", SPAM)):
        how = "one video held out at a time, shared texts dropped from training"
        chances = _held_out(plan, folder, asked, groups)
        yield figure(f"{called}, accuracy", accuracy(chances, labels), ">= .965", how)
        yield figure(f"{called}, AUC", _mean(auc(*_part(chances, labels, part)) for part in by_video), ">= .993", how)
        hits = _mean(hits_at(0.01, *_part(chances, labels, part)) for part in by_video)
        yield figure(f"{called}, hits at 1 % false alarms", hits, ">= .90", how)
        yield figure(f"{called}, calibration error", calibration_error(chances, labels), "<= .02", how)
        verdicts = [_verdict(example, chance) for example, chance in zip(asked, chances, strict=True)]
        decided = [(state, label) for state, label in zip(verdicts, labels, strict=True) if state is not State.HELD]
        yield figure(f"{called}, decided without a person", len(decided) / len(asked), ">= .88", "default policy; " + how)
        right = sum((state is State.REJECTED) == bool(label) for state, label in decided) / max(1, len(decided))
        yield figure(f"{called}, of those right", right, ">= .99", "default policy; " + how)


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
        said = [pair for seed in range(3) for pair in _said_after(count, decided, seed)]
        right = _mean((chance >= 0.5) == label for chance, label in said)
        how = "YouTube in random order, mean of 3"
        yield figure(f"a new site after {count} decisions, accuracy", right, goal, how)
        doubtless = [label for chance, label in said if chance >= BEYOND_DOUBT]
        yield figure(f"a new site after {count} decisions, right of what is beyond doubt", _mean(doubtless), "", how)


def _said_after(count: int, decided: Sequence[site_model.Lesson], seed: int) -> list[tuple[float, int]]:
    order = list(decided)
    Random(seed).shuffle(order)
    model = site_model.learn(site_model.balanced(order[:count], ()))
    return [(model.chance(set(one.features), one.shipped), one.rejected) for one in order[count:]]


def sms(folder: Path) -> Iterator[Figure]:
    """A model trained on text messages only. Messages with the same normalised text are in the same fold."""
    asked = examples(folder, "sms_spam")
    if not asked:
        return
    chances = _held_out(alone(SPAM, "sms"), folder, asked, [str(fold) for fold in folds(asked)])
    labels = [example.label for example in asked]
    yield figure("SMS, accuracy", accuracy(chances, labels), ">= .993", "folds by normalised text")
    yield figure("SMS, hits at 0.1 % false alarms", hits_at(0.001, chances, labels), ">= .96", "folds by normalised text")


def blog(_: Path) -> Iterator[Figure]:
    """Synthetic blog spam with another seed than in training, judged with its author name and website."""
    asked = list(blog_spam(500, seed=4711))
    caught = [judge(run.run(_reading(example), _RULES_ONLY), PolicyLimits()).state is not State.APPROVED for example in asked]
    yield figure("templated blog spam not approved, rules alone", _mean(caught), ">= .97", "own generator, no model asked")
    caught = [judge(signals_of(_reading(example)), PolicyLimits()).state is not State.APPROVED for example in asked]
    yield figure("templated blog spam not approved", _mean(caught), ">= .97", "own generator, another seed than in training")


def news(folder: Path) -> Iterator[Figure]:
    """Calm comments under news: a set that no model was fitted on."""
    calm = [str(row["text"]) for row in rows(folder, "ucc_news") if row["healthy"] == 1]
    if not calm:
        return
    states = [judge(signals_of(CheckInput(text)), PolicyLimits()).state for text in calm]
    yield figure("clean news, rejected", states.count(State.REJECTED), "<= 0", f"{len(calm)} comments, shipped models")
    yield figure("clean news, held", states.count(State.HELD) / len(calm), "<= .02", f"{len(calm)} comments, shipped models")
    graves = [_gravest(text) for text in calm]
    yield figure("clean news flagged, strong", _mean(g is Tier.STRONG for g in graves), "<= .001", "profanity alone")
    yield figure("clean news flagged, any tier", _mean(g > Tier.ALLOWED for g in graves), "", "profanity alone")
    for name, flags in peers.installed().items():
        yield figure(f"clean news flagged by {name}", _mean(map(flags, calm[:600])), "", "the first 600")
    profane = [example.text for example in examples(folder, "civil_toxic_spans") if example.label == 1]
    if profane:
        rights = sum(_gravest(text) is Tier.STRONG for text in profane[: len(calm)])
        wrongs = sum(grave is Tier.STRONG for grave in graves[: len(profane)])
        how = f"{min(len(calm), len(profane))} profane Civil Comments beside as many clean ones"
        yield figure("strong profanity, precision", rights / max(1, rights + wrongs), ">= .985", how)


def profanity_figures(folder: Path) -> Iterator[Figure]:
    """Recall on comments that annotators called profane."""
    for name, called, goal in (("civil_toxic_spans", "Civil", ">= .86"), ("davidson", "Davidson", ">= .97")):
        profane = [example.text for example in examples(folder, name) if example.label == 1]
        if profane:
            yield figure(
                f"{called}, strong and mild recall", _mean(_gravest(t) > Tier.ALLOWED for t in profane), goal, "all tiers"
            )
            for peer, flags in peers.installed().items():
                yield figure(f"{called}, recall of {peer}", _mean(map(flags, profane[:300])), "", "the first 300")


def disguises(folder: Path) -> Iterator[Figure]:
    """Test cases of other projects. The rules were tuned on them, so they show regressions, not the recall on new disguises."""
    asked = rows(folder, "evasions")
    made = [str(row["text"]) for row in asked if row["set"] == "generated_evasions" and row["expect_profane"]]
    innocent = [str(row["text"]) for row in asked if not row["expect_profane"]]
    if made:
        yield figure("disguises seen through", _mean(_gravest(t) > Tier.ALLOWED for t in made), ">= .95", "tuned on")
        yield figure("innocent words flagged", _mean(_gravest(t) > Tier.ALLOWED for t in innocent), "<= .001", "tuned on")


def pseudonyms(_: Path) -> Iterator[Figure]:
    """Plain sentences about people's identity, judged by all checks. They are in the abuse model's training data as calm."""
    sentences = [example.text for example in calm_about_people()]
    marked = [
        _gravest(text) > Tier.ALLOWED or judge(signals_of(CheckInput(text)), PolicyLimits()).state is not State.APPROVED
        for text in sentences
    ]
    yield figure(
        "sentences about who somebody is, marked or held", sum(marked), "<= 0", f"{len(marked)} sentences, learned as calm"
    )


def shipped_models_figures(_: Path) -> Iterator[Figure]:
    """The size of the shipped models, their load time and their memory."""
    stored = files("workers.checks").joinpath(model_file.FILE).read_bytes()
    yield figure("shipped models, kB", round(len(stored) / 1000), "<= 1000", "as packed")
    times = []
    for _attempt in range(5):
        began = thread_time()
        model_file.unpacked(stored)
        times.append(thread_time() - began)
    yield figure("shipped models, ms to load", round(1000 * min(times), 1), "<= 100", "CPU time, best of 5")
    tracemalloc.start()
    ready = model_file.unpacked(stored)
    kept, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    how = f"{len(ready):,} features; while it loads at most {round(most / 1e6)}"
    yield figure("shipped models, MB of memory", round(kept / 1e6, 1), "<= 30", how)


def abuse(folder: Path) -> Iterator[Figure]:
    """The abuse model on a held-out quarter of its data (by normalised text), and on a news set that it was not trained on."""
    sets = {"Wikipedia": ("jigsaw_balanced", "wiki_detox_test"), "social media": ("surge_toxicity",)}
    goals = {"Wikipedia": ">= .97", "social media": ">= .93"}
    asked = [(called, e) for called, names in sets.items() for name in names for e in examples(folder, name)]
    quarter = [pair for pair, fold in zip(asked, folds([e for _, e in asked]), strict=True) if fold == 0]
    margins = _margins(ABUSE, folder, [example for _, example in quarter])
    for called, goal in goals.items():
        part = [(margin, e.label) for (name, e), margin in zip(quarter, margins, strict=True) if name == called]
        if part:
            value = auc([margin for margin, _ in part], [label for _, label in part])
            yield figure(f"abuse in {called}, AUC", value, goal, f"a quarter held out by normalised text, {len(part)} comments")
    said = rows(folder, "ucc_news")
    if said:
        chances = [scores(signals_of(CheckInput(str(row["text"]))))[Family.ABUSE] for row in said]
        labels = [int(str(row["label"])) for row in said]
        yield figure("abuse in news, AUC", auc(chances, labels), ">= .75", "never learned from, shipped model")


def speed(folder: Path) -> Iterator[Figure]:
    """Comments per CPU second, the best of three runs: other load on the machine can only make a run slower."""
    texts = [str(row["text"]) for row in rows(folder, "civil_toxic_spans")[:2000]] or ["A calm comment about pensions."] * 2000
    how = f"CPU time, best of 3, {round(_mean(map(len, texts)))} characters a comment"
    yield figure("profanity alone, comments a second", _rate(lambda t: profanity.finds(fold(t)), texts), ">= 20,000", how)
    yield figure("all checks, comments a second", _rate(lambda t: signals_of(CheckInput(t)), texts), ">= 4,000", how)
    slow = sorted(1000 / _rate(lambda t: signals_of(CheckInput(t)), [text]) for text in texts[:500])
    yield figure("all checks, slowest 1 in 100, ms", slow[len(slow) * 99 // 100], "<= 2", how)
    long = " ".join(texts)[:40_000]
    yield figure("profanity in 40,000 characters, ms", 1000 / _rate(lambda t: profanity.finds(fold(t)), [long]), "<= 20", how)
    for name, flags in peers.installed().items():
        yield figure(f"{name}, comments a second", _rate(flags, texts[:60]), "", how)


def alone(plan: Plan, part: str) -> Plan:
    """The plan with the lessons of one kind only, each with weight 1."""

    def lessons(folder: Path) -> list[Lesson]:
        return [(e, 1.0, 1.0) for e, _, _ in plan.lessons(folder) if e.part.startswith(part)]

    return replace(
        plan, lessons=lessons, choices=tuple((strength, 1.0, doubt) for strength in (10.0, 3.0, 30.0, 100.0) for doubt in DOUBTS)
    )


def _held_out(plan: Plan, folder: Path, asked: Sequence[Example], groups: Sequence[str]) -> list[float]:
    """The probability that each example is unwanted, predicted by a model that has not seen the example's group or its texts.

    The hyperparameters are chosen without that group and its texts too (nested cross-validation).
    """
    lessons = plan.lessons(folder)
    table = plan.table([*lessons, *((example, 0.0, 0.0) for example in asked)])
    normals = [example.normal for example, _, _ in lessons]
    chances = [0.0] * len(asked)
    for group in sorted(set(groups)):
        held = [at for at, other in enumerate(groups) if other == group]
        known = {asked[at].normal for at in held}
        seen = [at for at, (e, _, _) in enumerate(lessons) if e.part != group and normals[at] not in known]
        model = taught(plan, [lessons[at] for at in seen], table.rows(seen))
        for at, margin in zip(held, table.rows([len(lessons) + at for at in held]).margins(model), strict=True):
            chances[at] = model.probability(margin)
    return chances


def _margins(plan: Plan, folder: Path, asked: Sequence[Example]) -> list[float]:
    """The margins of these examples, by one model that was trained without their texts."""
    known = {example.normal for example in asked}
    lessons = [lesson for lesson in plan.lessons(folder) if lesson[0].normal not in known]
    model = fitted(plan, lessons, plan.table(lessons))
    return [model.margin(plan.features(example.prepared())) for example in asked]


def _verdict(example: Example, chance: float) -> State:
    told = Signal(Kind.SPAM_MODEL, chance, "held out", strong=chance >= models.STRONG_FROM)
    return judge([*run.run(_reading(example), _RULES_ONLY), told], PolicyLimits()).state


def _reading(example: Example) -> CheckInput:
    return CheckInput(example.text, author=Author(name=example.name, url=example.url))


def _gravest(text: str) -> Tier:
    return Tier(max((tier for tier, _, _ in profanity.finds(fold(text))), default=0))


def _rate(work: Callable[[str], object], texts: Sequence[str]) -> float:
    """Texts per second of CPU time."""
    times = []
    for _ in range(3):
        began = thread_time()
        for text in texts:
            work(text)
        times.append(thread_time() - began)
    return round(len(texts) / max(1e-9, min(times)), 1)


def _part(scores: Sequence[float], labels: Sequence[int], places: Sequence[int]) -> tuple[list[float], list[int]]:
    return [scores[at] for at in places], [labels[at] for at in places]


def _mean(values: Iterable[float]) -> float:
    listed = list(values)
    return sum(listed) / len(listed) if listed else 0.0
