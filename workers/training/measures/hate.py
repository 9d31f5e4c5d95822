"""Hate against groups: how much of it the transformer finds at few false alarms, and what it adds for attacks.

Hateful and harmless sentences are our own twin of HateCheck (`workers/training/deep/twin.json`): no group, template or predicate of it
was trained on. News comments were never trained on; the half that measures gave no limit.
"""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from service.domain.policy.check_input import CheckInput
from service.domain.policy.judge import HOLD_AT, PolicyLimits, judge
from service.domain.policy.signals import Kind
from service.domain.states import State
from workers.checks import group_attacks, signals_of
from workers.checks.deep.findings import with_findings
from workers.checks.deep.reading import DeepReading, read_text
from workers.checks.deep.transformer import Transformer, shipped_transformer
from workers.checks.model.model_file import shipped_models
from workers.checks.text.normalize import fold
from workers.training.corpora import Example, examples, rows
from workers.training.deep.rows import held_out, measures
from workers.training.deep.sentences import made_sentences
from workers.training.judging import mean
from workers.training.metrics import Figure, auc, figure
from workers.training.recipes import ABUSE
from workers.training.unseen import margins_held_out

#: The kinds of harmless sentences that only name a group, and the false alarms in calm news at which the goals are set.
IDENTITY, AT = ("calm: neutral", "calm: positive"), 0.01


def _with_transformer(measure: Callable[[Path, Transformer], Iterator[Figure]]) -> Callable[[Path], Iterator[Figure]]:
    """The measure, which gives no figures where the transformer is not installed."""

    def measured(folder: Path) -> Iterator[Figure]:
        if model := shipped_transformer():
            yield from measure(folder, model)

    measured.__name__ = measure.__name__
    return measured


@_with_transformer
def hate(folder: Path, model: Transformer) -> Iterator[Figure]:
    """The finding of hate, as shipped, and at the limit that one in a hundred calm comments of the other half reaches."""
    twin = [(each, _score(model, each.text)) for each in made_sentences(name="twin")]
    calm = [str(row["text"]) for row in rows(folder, "ucc_news") if row["healthy"] == 1]
    measured = [_score(model, text) for text in calm if measures(text)]
    ranked = sorted((_score(model, text) for text in calm if not measures(text)), reverse=True)
    limits = {"as shipped": HOLD_AT[Kind.ABUSE_HATE]}
    if ranked:
        limits["at 1 % of calm news"] = ranked[int(AT * len(ranked))] + 1e-9
    for called, limit in limits.items():
        how = f"twin of HateCheck, other groups and predicates, {len(twin)} sentences"
        hateful = mean(score >= limit for each, score in twin if each.hate)
        yield figure(f"hateful sentences found by the transformer alone, {called}", hateful, "", how)
        yield figure(f"harmless sentences marked by it, {called}", mean(s >= limit for e, s in twin if not e.hate), "<= .12", how)
        identity = mean(score >= limit for each, score in twin if each.kind in IDENTITY)
        yield figure(f"harmless identity sentences marked by it, {called}", identity, "<= .01", how)
        if measured:
            flagged = mean(score >= limit for score in measured)
            yield figure(
                f"calm news with a finding of hate, {called}", flagged, "<= .012", f"{len(measured)} comments, the other half"
            )
    for kind in dict.fromkeys(each.kind for each, _ in twin):
        part = mean(score >= HOLD_AT[Kind.ABUSE_HATE] for each, score in twin if each.kind == kind)
        yield figure(f"held of {kind}", part, "", "twin of HateCheck, as shipped", kind=kind)


def held(folder: Path) -> Iterator[Figure]:
    """What all checks and the default policy hold: with the transformer where it is installed."""
    model = shipped_transformer()
    how = (
        "twin of HateCheck, all checks, with the transformer"
        if model
        else "twin of HateCheck, all checks, without the transformer"
    )
    twin = [(each, _is_held(model, each.text)) for each in made_sentences(name="twin")]
    yield figure("hateful sentences held by all checks", mean(is_held for each, is_held in twin if each.hate), ">= .60", how)
    yield figure("harmless sentences held by all checks", mean(is_held for each, is_held in twin if not each.hate), "<= .12", how)
    identity = mean(is_held for each, is_held in twin if each.kind in IDENTITY)
    yield figure("harmless identity sentences held by all checks", identity, "<= .01", how)
    calm = [str(row["text"]) for row in rows(folder, "ucc_news") if row["healthy"] == 1]
    if calm:
        grammar = mean(any(s.check == group_attacks.CHECK for s in signals_of(CheckInput(text))) for text in calm)
        yield figure("calm news in which the grammar finds an attack on a group", grammar, "<= .002", f"{len(calm)} comments")


@_with_transformer
def attacks(folder: Path, model: Transformer) -> Iterator[Figure]:
    """Attacks by the linear model and the transformer together."""
    said = rows(folder, "ucc_news")
    if said:
        chances = [_abuse(model, str(row["text"])) for row in said]
        labels = [int(str(row["label"])) for row in said]
        yield figure(
            "hostile news with the transformer, AUC", auc(chances, labels), ">= .80", "never learned from, people reach .76"
        )
    sets = (("social media", ("surge_toxicity",), ">= .955"), ("Wikipedia", ("jigsaw_balanced", "wiki_detox_test"), ">= .978"))
    for called, names, goal in sets:
        asked = [e for name in names for e in examples(folder, name) if held_out(e.text) and measures(e.text)]
        if asked:
            chances = _together(model, folder, asked)
            how = f"{len(asked)} rows that neither model learned from"
            yield figure(f"attacks in {called} with the transformer, AUC", auc(chances, [e.label for e in asked]), goal, how)


def _together(model: Transformer, folder: Path, asked: Sequence[Example]) -> list[float]:
    """The score of both models, the linear one trained without these texts."""
    margins = margins_held_out(ABUSE, folder, asked)
    slope = shipped_models().scales[1].slope
    attacks = [_reading(model, example.text).attack for example in asked]
    return [model.calibration.abuse(slope * margin, attack) for margin, attack in zip(margins, attacks, strict=True)]


def _reading(model: Transformer, text: str) -> DeepReading:
    return read_text(model, fold(text).text)


def _score(model: Transformer, text: str) -> float:
    return model.calibration.hate(_reading(model, text).hate)


def _is_held(model: Transformer | None, text: str) -> bool:
    reading = CheckInput(text)
    signals = signals_of(reading)
    return judge(with_findings(reading, signals, model) if model else signals, PolicyLimits()).state is not State.APPROVED


def _abuse(model: Transformer, text: str) -> float:
    reading = CheckInput(text)
    return next(s.score for s in with_findings(reading, signals_of(reading), model) if s.kind is Kind.ABUSE_MODEL)


SLOW = (held, hate, attacks)
