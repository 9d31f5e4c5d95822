"""The held-out set: the shipped models, measured on rows that were used neither for training nor for choosing hyperparameters.

Only every second talk page and every third tweet is used for training. The other rows are read only in this file, so no manual
tuning can have been fitted to them.
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from service.domain.policy.check_input import CheckInput
from service.domain.policy.judge import PolicyLimits, judge, scores
from service.domain.policy.signals import Family
from service.domain.states import State
from workers.checks import signals_of
from workers.training.corpora import Example, distinct, examples
from workers.training.metrics import Figure, auc, figure
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
        states = [judge(found, PolicyLimits()).state for found, label in zip(signals, labels, strict=True) if not label]
        yield figure(f"unread {called}, calm and rejected", states.count(State.REJECTED) / len(states), "", how)
        yield figure(f"unread {called}, calm and held", states.count(State.HELD) / len(states), "", how)


def _start(example: Example) -> str:
    """The normalised first 800 characters: training uses only the beginning of long texts."""
    return replace(example, text=example.text[:_READ]).normal
