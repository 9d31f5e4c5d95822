"""The held-out set: the shipped models, measured on rows that were used neither for training nor for choosing hyperparameters.

Only every second talk page and every third tweet is used for training. The other rows are read only in this file, so no manual
tuning can have been fitted to them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from random import Random

from service.domain.policy.check_input import CheckInput
from service.domain.policy.judge import PolicyLimits, judge, scores
from service.domain.policy.signals import Family
from service.domain.states import State
from workers.checks import signals_of
from workers.checks.model.linear import log_odds, probability_of
from workers.training.abuse_calibration import Judged, calibration_of
from workers.training.corpora import Example, distinct, examples
from workers.training.metrics import Figure, auc, calibration_error, figure
from workers.training.recipes import PLANS

_READ = 800


def held_out(folder: Path) -> Iterator[Figure]:
    """AUC for attacks on the held-out rows, and how many calm rows are rejected or held."""
    known = {_start(example) for plan in PLANS for example, _, _ in plan.lessons(folder)}
    for name, called, goal in (("wiki_cat_large", "talk pages", ""), ("davidson", "tweets", ">= .93")):
        asked = [example for example in distinct(examples(folder, name)) if _start(example) not in known]
        labels = [example.label for example in asked]
        if not 0 < sum(labels) < len(labels):
            continue
        how = f"{len(asked)} rows that nothing was taught or chosen by, shipped models"
        signals = [signals_of(CheckInput(example.text)) for example in asked]
        chances = [scores(found)[Family.ABUSE] for found in signals]
        yield figure(f"unread {called}, attacks, AUC", auc(chances, labels), goal, how)
        error = calibration_error(chances, labels)
        yield figure(f"unread {called}, attacks, calibration error", error, "<= .05" if name == "davidson" else "", how)
        if name == "davidson":
            after = _error_after(200, chances, labels)
            yield figure(f"unread {called}, calibration error after 200 decisions of a site", after, "<= .03", "mean of 5 draws")
        states = [judge(found, PolicyLimits()).state for found, label in zip(signals, labels, strict=True) if not label]
        yield figure(f"unread {called}, calm and rejected", states.count(State.REJECTED) / len(states), "", how)
        yield figure(f"unread {called}, calm and held", states.count(State.HELD) / len(states), "", how)


def _error_after(count: int, chances: Sequence[float], labels: Sequence[int]) -> float:
    """The calibration error on the rest, after the model was calibrated on this many decisions."""
    errors = []
    for seed in range(5):
        order = list(zip(map(log_odds, chances), labels, strict=True))
        Random(seed).shuffle(order)
        slope, offset = calibration_of([Judged(odds, label) for odds, label in order[:count]])
        found = [probability_of(slope * odds + offset) for odds, _ in order[count:]]
        errors.append(calibration_error(found, [label for _, label in order[count:]]))
    return sum(errors) / len(errors)


def _start(example: Example) -> str:
    """The normalised first 800 characters: training uses only the beginning of long texts."""
    return replace(example, text=example.text[:_READ]).normal
