"""Profanity: how much of it is found, and how many innocent words and sentences are marked."""

from collections.abc import Iterator
from pathlib import Path

from service.domain.policy.check_input import CheckInput
from service.domain.policy.judge import PolicyLimits, judge
from service.domain.states import State
from workers.checks import signals_of
from workers.checks.text.lexicon import Tier
from workers.training import peers
from workers.training.corpora import examples, rows
from workers.training.judging import gravest, mean
from workers.training.metrics import Figure, figure
from workers.training.synthetic import calm_about_people


def news(folder: Path) -> Iterator[Figure]:
    """Calm comments under news: a set that no model was fitted on."""
    calm = [str(row["text"]) for row in rows(folder, "ucc_news") if row["healthy"] == 1]
    if not calm:
        return
    states = [judge(signals_of(CheckInput(text)), PolicyLimits()).state for text in calm]
    yield figure("clean news, rejected", states.count(State.REJECTED), "<= 0", f"{len(calm)} comments, shipped models")
    yield figure("clean news, held", states.count(State.HELD) / len(calm), "<= .02", f"{len(calm)} comments, shipped models")
    graves = [gravest(text) for text in calm]
    yield figure("clean news flagged, strong", mean(g is Tier.STRONG for g in graves), "<= .001", "profanity alone")
    yield figure("clean news flagged, any tier", mean(g > Tier.ALLOWED for g in graves), "", "profanity alone")
    for name, flags in peers.installed().items():
        yield figure(f"clean news flagged by {name}", mean(map(flags, calm[:600])), "", "the first 600")
    profane = [example.text for example in examples(folder, "civil_toxic_spans") if example.label == 1]
    if profane:
        rights = sum(gravest(text) is Tier.STRONG for text in profane[: len(calm)])
        wrongs = sum(grave is Tier.STRONG for grave in graves[: len(profane)])
        how = f"{min(len(calm), len(profane))} profane Civil Comments beside as many clean ones"
        yield figure("strong profanity, precision", rights / max(1, rights + wrongs), ">= .985", how)


def profanity_figures(folder: Path) -> Iterator[Figure]:
    """Recall on comments that annotators called profane."""
    for name, called, goal in (("civil_toxic_spans", "Civil", ">= .86"), ("davidson", "Davidson", ">= .97")):
        profane = [example.text for example in examples(folder, name) if example.label == 1]
        if profane:
            yield figure(f"{called}, strong and mild recall", mean(gravest(t) > Tier.ALLOWED for t in profane), goal, "all tiers")
            for peer, flags in peers.installed().items():
                yield figure(f"{called}, recall of {peer}", mean(map(flags, profane[:300])), "", "the first 300")


def disguises(folder: Path) -> Iterator[Figure]:
    """Test cases of other projects. The rules were tuned on them, so they show regressions, not the recall on new disguises."""
    asked = rows(folder, "evasions")
    made = [str(row["text"]) for row in asked if row["set"] == "generated_evasions" and row["expect_profane"]]
    innocent = [str(row["text"]) for row in asked if not row["expect_profane"]]
    if made:
        yield figure("disguises seen through", mean(gravest(t) > Tier.ALLOWED for t in made), ">= .95", "tuned on")
        yield figure("innocent words flagged", mean(gravest(t) > Tier.ALLOWED for t in innocent), "<= .001", "tuned on")


def pseudonyms(_: Path) -> Iterator[Figure]:
    """Plain sentences about people's identity, judged by all checks. They are in the abuse model's training data as calm."""
    sentences = [example.text for example in calm_about_people()]
    marked = [
        gravest(text) > Tier.ALLOWED or judge(signals_of(CheckInput(text)), PolicyLimits()).state is not State.APPROVED
        for text in sentences
    ]
    yield figure(
        "sentences about who somebody is, marked or held", sum(marked), "<= 0", f"{len(marked)} sentences, learned as calm"
    )


QUICK = (news, profanity_figures, disguises, pseudonyms)
