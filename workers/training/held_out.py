"""What the shipped models make of rows that no model was taught and no choice was made on, though they stand in the sets we have.

Of talk pages and tweets only every second or third row is ever taught. The others are read here alone, so that nothing that was
tried by hand can have been fitted to them.
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
    """Attacks found among such rows, and what becomes of calm ones."""
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
    """Long texts are taught by their beginning."""
    return replace(example, text=example.text[:_READ]).normal
