"""Predictions for examples by models that were trained without them."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from workers.training.corpora import Example
from workers.training.recipes import DOUBTS, Lesson, Plan, fitted, taught


def alone(plan: Plan, part: str) -> Plan:
    """The plan with the lessons of one kind only, each with weight 1."""

    def lessons(folder: Path) -> list[Lesson]:
        return [(e, 1.0, 1.0) for e, _, _ in plan.lessons(folder) if e.part.startswith(part)]

    return replace(
        plan, lessons=lessons, choices=tuple((strength, 1.0, doubt) for strength in (10.0, 3.0, 30.0, 100.0) for doubt in DOUBTS)
    )


def chances_held_out(plan: Plan, folder: Path, asked: Sequence[Example], groups: Sequence[str]) -> list[float]:
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


def margins_held_out(plan: Plan, folder: Path, asked: Sequence[Example]) -> list[float]:
    """The margins of these examples, by one model that was trained without their texts."""
    known = {example.normal for example in asked}
    lessons = [lesson for lesson in plan.lessons(folder) if lesson[0].normal not in known]
    model = fitted(plan, lessons, plan.table(lessons))
    return [model.margin(plan.features(example.prepared())) for example in asked]
